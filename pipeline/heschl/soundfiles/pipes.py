"""Standard input and named pipes, which can be read only once, as files."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from heschl.soundfiles.errors import STANDARD_INPUT, SoundError

STDIN = "-"


@contextlib.contextmanager
def on_disk(path: Path) -> Iterator[tuple[Path, str]]:
    """Give a file that can be read twice, and its name for a reader: a pipe and standard input are copied.

    raises : SoundError if there is no room for the copy, or standard input is a terminal
    """
    piped = str(path) == STDIN
    if not piped and not path.is_fifo():
        yield path, str(path)
        return
    name = STANDARD_INPUT if piped else str(path)
    if piped and sys.stdin.isatty():
        message = f"{name} is a terminal. Pipe a sound file into it, or name a file."
        raise SoundError(message, "a terminal")
    with tempfile.TemporaryDirectory(prefix="heschl-") as folder:
        copy = Path(folder) / "sound"
        try:
            with open(0 if piped else path, "rb", closefd=not piped) as source, open(copy, "wb") as target:
                shutil.copyfileobj(source, target)
        except OSError as error:
            why = f"cannot be copied to {folder} ({error.strerror})"
            raise SoundError(f"{name} {why}. Set TMPDIR to a folder with more room.", why) from None
        yield copy, name
