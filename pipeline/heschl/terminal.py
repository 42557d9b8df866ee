"""Text on a terminal that is not UTF-8, and names that are not: an approximation, never an error."""

import codecs
import sys
import unicodedata

HANDLER = "heschl"  # of encoding errors


def tolerate() -> None:
    r"""Make stdout and stderr write a character that they lack as its ASCII form, or as an escape.

    A no-break space becomes a space, "…" three dots, and "é" "\xe9".
    """
    codecs.register_error(HANDLER, _approximate)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not a stream of pytest
            stream.reconfigure(errors=HANDLER)


def _approximate(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = unicodedata.normalize("NFKC", error.object[error.start : error.end])
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end
