"""Open a sound file for decoding to its end."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import soundfile

from heschl.soundfiles.capture import silenced
from heschl.soundfiles.errors import UNREADABLE, SoundError, plain, remedy
from heschl.soundfiles.headers import correction
from heschl.soundfiles.view import View

RATES = (1_000, 768_000)  # Hz; a header with another rate is broken


class Decoder(soundfile.SoundFile):
    """A sound file that is read from its beginning to its end in whatever its header says of its length.

    shown : name of the file, for a reader
    lines : what the decoder printed, instead of printing it to the terminal without the name of the file
    """

    def __init__(self, file: Any, name: str, lines: list[str]):
        self.shown, self.lines = name, lines
        with silenced(self.lines):
            super().__init__(file, "r")

    def seekable(self) -> bool:
        """Return False: a read then ends where decoding ends, not at the header's number of samples."""
        return False

    def read(self, frames: int = -1, *args: Any, **kwargs: Any) -> Any:
        """Read as soundfile does; only the decoder of mp3 prints."""
        with silenced(self.lines) if self.format == "MP3" else contextlib.nullcontext():
            return super().read(frames, *args, **kwargs)


@contextlib.contextmanager
def opened(path: Path, name: str, whole: bool = False) -> Iterator[tuple[Decoder, View | None]]:
    """Give an open sound file, and the view that it reads (None for formats that need two files).

    name   : of the file, for a reader
    whole  : do not believe the length tag of an mp3 file
    raises : SoundError if it cannot be opened or has an impossible sample rate
    """
    _check_file(path, name)
    with contextlib.ExitStack() as stack:
        try:
            decoder, view = _decoder(path, name, whole)
        except UNREADABLE as error:
            cause = plain(error)
            message = f"{name} cannot be read ({cause}). {remedy(name)}"
            raise SoundError(message, f"unreadable: {cause}") from None
        if view:
            stack.enter_context(contextlib.closing(view))
        stack.enter_context(decoder)
        if not RATES[0] <= decoder.samplerate <= RATES[1]:
            what = f"sample rate of {decoder.samplerate} Hz; expected {RATES[0]} to {RATES[1]}"
            raise SoundError(f"{name} has a {what} Hz. Correct its header.", what)
        yield decoder, view


def _decoder(path: Path, name: str, whole: bool) -> tuple[Decoder, View | None]:
    lines: list[str] = []
    view = View(path, correction(path, whole))
    try:
        return Decoder(view, name, lines), view
    except soundfile.LibsndfileError:
        view.close()
        lines.clear()
        return Decoder(str(path), name, lines), None
    except BaseException:
        view.close()
        raise


def _check_file(path: Path, name: str) -> None:
    if not path.exists():
        raise SoundError(f"{name} does not exist. Check the spelling of its name.", "missing")
    if path.is_dir():
        raise SoundError(f"{name} is a folder. Name the files in it.", "not a file")
    if not path.stat().st_size:
        message = f"{name} is empty: it contains no bytes. Record or export it again."
        raise SoundError(message, "empty: 0 bytes")
