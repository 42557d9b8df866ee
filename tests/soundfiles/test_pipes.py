"""Standard input and named pipes are read like files."""

import os
import sys
import threading

import numpy as np
import pytest
import soundfile

from heschl.soundfiles import pipes
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import heard
from tests.helpers.broken import RATE, noise


@pytest.fixture
def standard_input():
    """Return a function that puts a file in the place of standard input."""
    kept = os.dup(0)

    def feed(path):
        with open(path, "rb") as file:
            os.dup2(file.fileno(), 0)

    yield feed
    os.dup2(kept, 0)
    os.close(kept)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_standard_input_is_heard(tmp_path, name, standard_input):
    soundfile.write(tmp_path / name, noise(), RATE)
    standard_input(tmp_path / name)
    with heard("-", RATE) as found:
        assert (found.name, len(found.waveform())) == ("standard input", len(noise()))
    assert not found.path.exists()


def test_a_named_pipe_is_heard(tmp_path):
    soundfile.write(tmp_path / "a.flac", noise(), RATE)
    os.mkfifo(tmp_path / "pipe")
    content = (tmp_path / "a.flac").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    with heard(tmp_path / "pipe", RATE) as found:
        np.testing.assert_allclose(found.waveform(), noise() - noise().mean(), atol=1e-4)
        assert found.name == str(tmp_path / "pipe")
    writer.join()


def test_a_terminal_and_a_full_disk_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    with (
        pytest.raises(SoundError, match=r"standard input is a terminal\. Pipe a sound file"),
        heard("-", RATE),
    ):
        pass
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipes.shutil, "copyfileobj", full)
    with (
        pytest.raises(SoundError, match=r"cannot be copied to .*No space left .* Set TMPDIR"),
        heard("-", RATE),
    ):
        pass
