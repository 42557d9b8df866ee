"""The command, with small models in place of the published ones."""

import sys

import h5py
import pytest

from heschl import models
from heschl.commands import activations
from tests.helpers.models import parts, save, write_sounds


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with sounds; return what it printed."""
    monkeypatch.chdir(tmp_path)
    write_sounds(tmp_path / "sounds", (0.5, 0.75))

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["heschl activations", *words])
        activations.main()
        return capsys.readouterr().out

    return command


@pytest.fixture
def narrow(monkeypatch):
    """Let `random` draw the weights of a few units."""

    def published(name):
        model = found(name)
        monkeypatch.setattr(
            type(model), "random", lambda self, seed, device: self.drawn(*parts(name), seed, device)
        )
        return model

    found = models.published
    monkeypatch.setattr(models, "published", published)


def test_random_weights_are_named_so(run, narrow, tmp_path):
    text = run("out", "--model", "hubert", "--random", "3", "--sounds", "sounds")
    assert "model: hubert-random, random, in the architecture of facebook/hubert-base-ls960, seed 3" in text
    assert "out/hubert-random.h5: 2 sounds in 3 layers, embedding (24) to block2 (24), time averaged" in text
    with h5py.File(tmp_path / "out" / "hubert-random.h5") as file:
        assert list(file["sounds"].asstr()) == ["s0", "s1"]
        assert file.attrs["random"]
        assert file["block2"].shape == (2, 24)


@pytest.mark.parametrize(("words", "path"), [
    ([], "inputs/models/ast-random.h5"),
    (["mine.h5"], "mine.h5"),
    (["--batch-size", "1", "here"], "here/ast-random.h5"),
])  # fmt: skip
def test_where_the_file_is_written(run, narrow, tmp_path, words, path):
    run("--model", "ast", "--random", "1", "--sounds", "sounds", *words)
    assert (tmp_path / path).is_file()


def test_weights_of_a_folder(run, tmp_path):
    save("wavlm", tmp_path / "mine")
    text = run("--model", "wavlm", "--weights", "mine", "--sounds", "sounds")
    with h5py.File(tmp_path / "inputs/models/wavlm.h5") as file:
        assert f"model: wavlm, weights mine, sha256 {file.attrs['sha256'][:16]}\n" in text
        assert not file.attrs["random"]


@pytest.mark.parametrize(("words", "message"), [
    (["--random", "1", "--sounds", "nothing"], "heschl activations: nothing has no sound file"),
    (["--random", "1", "--sounds", "sounds", "x.npz"], r"OUT is x\.npz; expected a folder, or a file that"),
    (["--random", "1"], r"There is no params\.yaml in this folder"),
    (["--weights", "no", "--sounds", "sounds"], r"--weights is 'no'; expected a folder"),
])  # fmt: skip
def test_errors_have_no_traceback(run, words, message):
    with pytest.raises(SystemExit, match=message):
        run("--model", "whisper", *words)


def test_arguments_that_do_not_fit(run, capsys):
    for words in (["--random", "x"], ["--batch-size", "0"], ["--random", "1", "--weights", "x"]):
        with pytest.raises(SystemExit, match="2"):
            run("--model", "whisper", *words)
    with pytest.raises(SystemExit, match="2"):
        run("--model", "yamnet")
    assert "invalid choice: 'yamnet'" in capsys.readouterr().err


def test_the_models_are_listed(run, capsys):
    with pytest.raises(SystemExit, match="0"):
        run("--help")
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {line}" in text for name, line in models.MODELS.items())
