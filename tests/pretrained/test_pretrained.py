"""Networks by name: found by their folders, loaded like the network that they were made from."""

import subprocess
import sys

import pytest
import torch

from heschl import pretrained
from heschl.network.saved import NetworkError, load_network
from tests.helpers.releases import ship


def test_names_are_the_complete_folders(tmp_path):
    assert pretrained.names(tmp_path) == []
    for name in ("b", "a", "half"):
        (tmp_path / name).mkdir()
        for file in pretrained.NEEDED[: 2 if name == "half" else 3]:
            (tmp_path / name / file).touch()
    assert pretrained.names(tmp_path) == ["a", "b"]
    assert pretrained.find("a", tmp_path) == tmp_path / "a"
    for name in ("half", "../b", "", ".", "c"):
        with pytest.raises(
            pretrained.PretrainedError, match=r"no pretrained network .*Pretrained networks: a, b\."
        ):
            pretrained.find(name, tmp_path)


@pytest.mark.parametrize(
    ("there", "chosen"),
    [([], None), (["mine"], "mine"), (["mine", "other"], None), (["mine", "real-words"], "real-words")],
)
def test_the_default_is_the_only_one_or_the_one_that_the_package_names(monkeypatch, there, chosen):
    monkeypatch.setattr(pretrained, "names", lambda folder=None: there)
    assert pretrained.default() == chosen


def test_finding_a_name_imports_nothing_heavy():
    code = (
        "import sys; from heschl import pretrained; pretrained.names(); "
        "print({'torch', 'numpy', 'yaml', 'mlflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_name_gives_the_same_logits_and_an_unknown_one_lists_the_names(project):
    ship(project / "models/network", "first-words", pretrained.FOLDER)
    trained, loaded = load_network("models/network"), load_network("first-words")
    sound = torch.from_numpy(0.1 * torch.randn(3, trained.sound.samples).numpy())
    with torch.inference_mode():
        ours, theirs = trained(sound), loaded(sound)
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[task], theirs[task]) for task in ours)
    with pytest.raises(
        NetworkError, match=r"last-words/config\.json is missing.*Pretrained networks: first-words\."
    ):
        load_network("last-words")


def test_a_folder_goes_before_a_name(project):
    (ship(project / "models/network", "words", pretrained.FOLDER) / "weights.safetensors").write_bytes(b"")
    with pytest.raises(NetworkError, match=r"is damaged.*git checkout"):
        load_network("words")
    (project / "models/network").rename(project / "words")
    assert load_network("words").labels
