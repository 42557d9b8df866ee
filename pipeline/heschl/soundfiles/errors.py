"""Errors about sound files, with remedies as they are typed in a POSIX shell."""

import os
import shlex
from pathlib import Path

STANDARD_INPUT = "standard input"  # its name for a reader
PLAIN = {  # part of a message of libsndfile -> in plain words
    "struct incomplete": "its header gives a sample rate of 0",
    "too big": "its header gives no length",
}
UNREADABLE = (OSError, RuntimeError, ValueError, TypeError, MemoryError)  # what soundfile raises


class SoundError(RuntimeError):
    """A sound file that cannot be used; the message names the file, the cause and the remedy.

    reason : the cause alone, for a table of files
    """

    def __init__(self, message: str, reason: str = ""):
        super().__init__(message)
        self.reason = reason


def plain(error: Exception) -> str:
    """Return the cause of an error of soundfile in plain words."""
    text = getattr(error, "error_string", None) or str(error)
    text = next((words for sign, words in PLAIN.items() if sign in text), text)
    return text.removeprefix("Error : ").rstrip(".")


def remedy(name: str) -> str:
    """Return the advice to convert a file, with a command as it is typed in a POSIX shell."""
    return f"Convert it to wav, flac, ogg or mp3, for example: {ffmpeg(name)}"


def ffmpeg(name: str, *options: str) -> str:
    """Return the command line that converts a file with ffmpeg, to a file of another name in this folder.

    name : path of the file, or STANDARD_INPUT
    """
    piped = name == STANDARD_INPUT
    source, stem = ("-", "sound") if piped else (_plain_path(name), Path(name).stem)
    return shlex.join(["ffmpeg", "-i", source, *options, _plain_path(f"{stem}-converted.wav")])


def _plain_path(path: str) -> str:
    """Return a path that ffmpeg takes neither for an option nor for an address."""
    return path if os.path.isabs(path) or not (path.startswith("-") or ":" in path) else f"./{path}"
