"""The folder of a network from somewhere else: no code of it runs, and what is wrong with it is named."""

import io
import json
import os
import sys
import zipfile

import pytest
import torch

from heschl.network import saved
from heschl.network.saved import NetworkError, load_network
from tests.helpers.recognition import made

NET = """
import pathlib
import torch
pathlib.Path(__file__).with_suffix(".imported").touch()
class Net(torch.nn.Module):
    def __init__(self, classes, shape):
        super().__init__()
        self.heads = torch.nn.ModuleDict({task: torch.nn.Linear(shape[1], n) for task, n in classes.items()})
    def forward(self, cochleagram):
        return {task: head(cochleagram.mean(1)) for task, head in self.heads.items()}
Net.code = print
"""


@pytest.fixture
def folder(tmp_path, sound):
    return made(tmp_path / "network", sound)


def without_digest(folder):
    """Make the folder one of an earlier version, so that what follows the digest is checked."""
    change(folder, lambda config: config.pop("weights_sha256"))


def change(folder, how):
    config = json.loads((folder / "config.json").read_text())
    how(config)
    (folder / "config.json").write_text(json.dumps(config))


def rewrite(folder, how):
    weights = torch.load(folder / "weights.pt", weights_only=True)
    torch.save(how(weights), folder / "weights.pt")
    without_digest(folder)


@pytest.fixture
def stranger(folder, tmp_path, monkeypatch):
    (tmp_path / "strangers_module.py").write_text(NET)
    monkeypatch.syspath_prepend(tmp_path)
    module = {"module": "strangers_module:Net", "options": {}}
    change(folder, lambda config: config.update(network=module))
    yield tmp_path / "strangers_module.imported"
    sys.modules.pop("strangers_module", None)


def test_code_that_a_folder_names_is_not_run_unless_it_is_trusted(folder, stranger):
    with pytest.raises(
        NetworkError,
        match=r"config\.json: network\.module is 'strangers_module:Net'.*not imported.*--trust-code",
    ):
        load_network(folder)
    assert not stranger.exists()
    with pytest.raises(NetworkError, match=r"weights\.pt does not fit"):  # those of a table
        load_network(folder, trust_code=True)
    assert stranger.exists()


@pytest.mark.parametrize("name", ["os:system", "strangers_module:Net.code", ".x:Net", "strangers_module"])
def test_trusted_code_is_a_class_of_networks_or_nothing(folder, stranger, name):
    change(folder, lambda config: config["network"].update(module=name, options={}))
    with pytest.raises(NetworkError, match=r"config\.json is not of this version: network\.module"):
        load_network(folder, trust_code=True)


def test_the_config_names_its_weights(folder, tmp_path, sound):
    digest = json.loads((folder / "config.json").read_text())["weights_sha256"]
    assert digest == saved.digest_of(folder / "weights.pt")
    before = load_network(folder).network.state_dict()
    other = made(tmp_path / "other", sound)
    weights = torch.load(other / "weights.pt", weights_only=True)
    torch.save({name: 2 * value for name, value in weights.items()}, folder / "weights.pt")
    with pytest.raises(
        NetworkError, match=rf"weights\.pt is damaged, or of another network .* expected {digest}"
    ):
        load_network(folder)
    without_digest(folder)  # a network of an earlier version
    after = load_network(folder).network.state_dict()
    assert torch.equal(after["trunk.conv1.1.weight"], 2 * before["trunk.conv1.1.weight"])


class Harm:
    def __reduce__(self):
        return os.system, ("touch harm",)


class Huge:
    def __reduce__(self):
        return bytearray, (10**13,)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(folder, value):
    def spoil(weights):
        weights["trunk.conv1.1.weight"][0, 0, 0, :2] = value
        return weights

    rewrite(folder, spoil)
    with pytest.raises(
        NetworkError,
        match=r"weights\.pt cannot be used: 'trunk\.conv1\.1\.weight' has 2 of \d+ numbers .*not finite",
    ):
        load_network(folder)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (lambda weights: [1], "found list, expected a dictionary"),
        (lambda weights: {name: "x" for name in weights}, "is str, expected a tensor"),
        (lambda weights: weights | {3: torch.zeros(1)}, "3 is Tensor"),
        (lambda weights: weights | {"x": Harm()}, r"found 'posix\.system' in it.*nothing was run"),
        (lambda weights: weights | {"x": Huge()}, r"found '__builtin__\.bytearray' in it"),
        (lambda weights: weights | {"x": torch.zeros(1).expand(10**12)}, "claims 4000000000000 bytes"),
        (lambda weights: {str(n): weights["trunk.conv1.1.weight"] for n in range(10**3)}, "tensors claim"),
    ],
)
def test_weights_that_are_no_tensors_or_claim_more_than_there_is(folder, how, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rewrite(folder, how)
    with pytest.raises(NetworkError, match=rf"weights\.pt cannot be used: .*{message}") as error:
        load_network(folder)
    assert "weights_only" not in str(error.value)
    assert not (tmp_path / "harm").exists()


def compressed(content):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, bytes(2**24) if "/data/" in name else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    "how",
    [lambda _: b"", lambda _: b"no weights" * 99, lambda content: content[: len(content) // 2], compressed],
)
def test_a_damaged_file_of_weights(folder, how):
    path = folder / "weights.pt"
    path.write_bytes(how(path.read_bytes()))
    without_digest(folder)
    with pytest.raises(
        NetworkError, match=r"weights\.pt cannot be used: (found \d+ bytes|its members)"
    ) as error:
        load_network(folder)
    assert "weights_only" not in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"null", b"\xff\xfe{}", b'{"a":' + b"[" * 10**5, b"7", b" " * 2**25]
)
def test_a_config_that_is_no_mapping(folder, content):
    (folder / "config.json").write_bytes(content)
    with pytest.raises(NetworkError, match=r"config\.json (holds|is not JSON|has \d+ bytes)"):
        load_network(folder)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("network", "layers", None),
        ("network", "layers", [7]),
        ("network", "width", 1e30),
        ("network", "width", float("inf")),
        ("sound", "sample_rate", 10**15),
        ("cochleagram", "filters", 10**9),
        ("cochleagram", "image", [10**7, 10**7]),
        ("labels", "word", 5),
        ("labels", "word", []),
    ],
)
def test_a_config_with_impossible_values(folder, section, key, value):
    """Before memory is asked for: some of these would take terabytes."""
    change(folder, lambda config: config[section].update({key: value}))
    with pytest.raises(NetworkError, match=r"(?s)config\.json is not of this version: .*Train again"):
        load_network(folder)


def test_a_table_much_larger_than_its_weights_takes_no_memory(folder):
    change(folder, lambda config: config["network"]["layers"][0].update(filters=2**24, kernel=[2**12, 2**12]))
    with pytest.raises(NetworkError, match=r"(?s)weights\.pt does not fit .*conv1"):
        load_network(folder)


@pytest.mark.parametrize("section", ["network", "sound", "cochleagram", "labels"])
def test_a_config_without_a_section(folder, section):
    change(folder, lambda config: config.pop(section))
    with pytest.raises(NetworkError, match=rf"config\.json is not of this version: .*no section '{section}'"):
        load_network(folder)
