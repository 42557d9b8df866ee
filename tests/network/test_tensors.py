"""Weights as safetensors: written the same for the same numbers, and read only if whole and finite."""

import json
import struct

import pytest
import torch

from heschl.network import tensors
from heschl.network.saved import NetworkError, load_network
from heschl.network.tensors import read_tensors, serialized
from heschl.network.weights import WeightsError, digest_of
from tests.helpers.recognition import made, noise

STATE = {"a": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(7), "c": torch.ones(1, 4, 3, 3)}


def file_of(table, data=b""):
    """Return a file in the published layout, written by hand."""
    text = table if isinstance(table, bytes) else json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(shape, ends, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": ends}


@pytest.fixture
def write(tmp_path):
    def write(content):
        (tmp_path / "weights.safetensors").write_bytes(content)
        return tmp_path / "weights.safetensors"

    return write


def test_numbers_shapes_and_types_return(write):
    channels_last = {"c": STATE["c"].to(memory_format=torch.channels_last)}
    found = read_tensors(write(serialized(STATE | channels_last)))
    assert {name: value.dtype for name, value in found.items()} == {
        name: value.dtype for name, value in STATE.items()
    }
    assert all(torch.equal(found[name], value) for name, value in STATE.items())
    assert serialized(STATE) == serialized(STATE | channels_last)
    half = read_tensors(write(serialized(STATE, torch.float16)))
    assert (half["a"].dtype, half["n"].dtype) == (torch.float16, torch.int64)


def test_a_file_written_by_hand_is_read(write):
    content = file_of({"x": entry([2], [0, 8])}, struct.pack("<2f", 1.5, -2))
    assert read_tensors(write(content))["x"].tolist() == [1.5, -2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found 0 bytes that are no whole"),
        (b"PK\x03\x04" * 9, "no whole safetensors file"),
        (serialized(STATE)[:-4], "damaged"),
        (serialized(STATE) + b"more", "damaged"),
        (file_of(b"{" * 10**5), "damaged"),
        (file_of([1]), "is list, expected names"),
        (file_of({"x": entry([10**12], [0, 4 * 10**12])}), "damaged"),
        (file_of({"x": entry([2**40, 2**40], [0, 8])}, bytes(8)), "damaged"),
        (file_of({"x": entry([2], [0, 8]), "y": entry([2], [4, 12])}, bytes(12)), "damaged"),
        (file_of({"x": entry([2], [0, 8], "F8_E4M3")}, bytes(8)), "'x' is no tensor of a known type"),
        (file_of({"x": 1}), "'x' is no tensor"),
        (file_of({"x": entry([2], [0, 8])}, struct.pack("<2f", 1, float("nan"))), "'x' has 1 of 2 numbers"),
        (file_of({"x": entry([1], [0, 4])}, struct.pack("<f", float("inf"))), "not finite"),
    ],
)
def test_damaged_files_are_refused(write, content, message):
    with pytest.raises(WeightsError, match=message):
        read_tensors(write(content))


def test_a_huge_table_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(tensors, "LARGEST_HEADER", 100)
    with pytest.raises(WeightsError, match=r"has \d+ bytes, expected at most 100"):
        read_tensors(write(serialized(STATE)))


@pytest.fixture
def folder(tmp_path, sound):
    """A network's folder with weights.safetensors in place of weights.pt."""
    folder = made(tmp_path / "network", sound)
    weights = torch.load(folder / "weights.pt", weights_only=True)
    (folder / "weights.pt").unlink()
    put(folder, serialized(weights))
    return folder


def put(folder, content, **changes):
    (folder / "weights.safetensors").write_bytes(content)
    config = json.loads((folder / "config.json").read_text())
    config |= {"weights_sha256": digest_of(folder / "weights.safetensors")} | changes
    (folder / "config.json").write_text(json.dumps(config))


def test_a_folder_of_safetensors_is_the_same_network(folder, tmp_path, sound):
    waveform = torch.from_numpy(noise(2 * sound.samples).reshape(2, -1))
    with torch.inference_mode():
        ours, theirs = (load_network(path)(waveform) for path in (folder, made(tmp_path / "other", sound)))
    assert all(torch.equal(ours[task], theirs[task]) for task in theirs)


def test_half_precision_is_read_as_the_type_of_the_network(folder, sound):
    whole = load_network(folder)
    put(folder, serialized(whole.network.state_dict(), torch.float16))
    half = load_network(folder)
    weights = {name: value.half().float() for name, value in whole.network.state_dict().items()}
    for name, value in half.network.state_dict().items():
        assert value.dtype in (torch.float32, torch.int64)
        assert torch.equal(value, weights[name].to(value.dtype))


def test_a_folder_names_the_file_that_is_wrong(folder):
    content = (folder / "weights.safetensors").read_bytes()
    (folder / "weights.safetensors").write_bytes(content[:-1] + b"\x01")
    with pytest.raises(NetworkError, match=r"weights\.safetensors is damaged, or of another network"):
        load_network(folder)
    put(folder, content, weights_sha256=None)
    with pytest.raises(NetworkError, match=r"weights\.safetensors is damaged.*expected None"):
        load_network(folder)
    put(folder, content[:-1])
    with pytest.raises(NetworkError, match=r"weights\.safetensors cannot be used: .*damaged"):
        load_network(folder)
    put(folder, serialized({"x": torch.zeros(2)}))
    with pytest.raises(NetworkError, match=r"weights\.safetensors does not fit"):
        load_network(folder)
