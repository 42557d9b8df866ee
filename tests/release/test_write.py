"""The folder of a release: its name, its size, and that it is whole or not there."""

import json

import pytest
import torch

from heschl import pretrained
from heschl.network.weights import digest_of
from heschl.release import write
from heschl.release.checks import ReleaseError

STATE = {"a": torch.arange(1000.0), "n": torch.tensor(3)}


@pytest.mark.parametrize("name", ["", "Words", "a b", "../a", "a/b", "-a", "a--b", "a_b", "é"])
def test_names_that_are_no_names_of_folders(name):
    with pytest.raises(ReleaseError, match="expected lower-case letters"):
        write.check_name(name)


def test_real_words_is_a_name():
    write.check_name("real-words-2")


def test_weights_that_are_too_large_name_size_and_remedy():
    size = len(write.weights(STATE, half=False))
    assert 4000 < size < 4400
    assert len(write.weights(STATE, half=False, limit=size)) == size
    with pytest.raises(ReleaseError, match=rf"have {size:,} bytes; expected at most {size - 1:,}.*--half"):
        write.weights(STATE, half=False, limit=size - 1)
    assert len(write.weights(STATE, half=True, limit=size - 1)) < size / 1.7
    with pytest.raises(ReleaseError, match=r"network\.width\)\.$"):
        write.weights(STATE, half=True, limit=100)


def test_numbers_beyond_half_precision_are_refused():
    with pytest.raises(ReleaseError, match="b has 100000, beyond half precision"):
        write.weights({"b": torch.tensor([1.0, 1e5])}, half=True)


def test_the_folder_has_four_files_and_the_digest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "home" / "words"
    out.mkdir(parents=True)
    (out / "old.txt").touch()
    with write.place() as place:
        folder = tmp_path / place / "words"
        folder.mkdir()
        config = write.stage(folder, write.weights(STATE, False), {"weights_sha256": "old", "x": 1}, "a: 1\n")
        (folder / pretrained.CARD).write_text("card")
        write.finish(folder, out)
    assert sorted(path.name for path in out.iterdir()) == [
        "card.md", "config.json", "params.yaml", "weights.safetensors"
    ]  # fmt: skip
    assert config == {"weights_sha256": digest_of(out / "weights.safetensors"), "x": 1}
    assert json.loads((out / "config.json").read_text()) == config
    assert list((tmp_path / "work").iterdir()) == []
