"""Remedies work as they are typed."""

import pickle
import shlex

import pytest

from heschl.soundfiles.errors import SoundError, ffmpeg, remedy


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("a.m4a", "a.m4a", "a-converted.wav"),
        ("a.wav", "a.wav", "a-converted.wav"),  # not onto itself
        ("my songs/it's; rm.mp3", "my songs/it's; rm.mp3", "it's; rm-converted.wav"),
        ("-n.wav", "./-n.wav", "./-n-converted.wav"),
        ("12:30 talk.wav", "./12:30 talk.wav", "./12:30 talk-converted.wav"),
        ("/x/a:b.wav", "/x/a:b.wav", "./a:b-converted.wav"),
        ("$HOME.wav", "$HOME.wav", "$HOME-converted.wav"),
        ("standard input", "-", "sound-converted.wav"),
    ],
)
def test_a_shell_gives_ffmpeg_the_paths_that_were_meant(name, source, target):
    assert shlex.split(ffmpeg(name)) == ["ffmpeg", "-i", source, target]
    assert remedy(name).endswith(f"for example: {ffmpeg(name)}")


def test_errors_cross_processes():
    error = pickle.loads(pickle.dumps(SoundError("a.wav is empty. Record it again.", "empty")))
    assert (str(error), error.reason) == ("a.wav is empty. Record it again.", "empty")
