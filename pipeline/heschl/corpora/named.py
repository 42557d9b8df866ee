"""What a public corpus is: its name, its license, and the rows of its tables."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path, PurePosixPath
from typing import NamedTuple

TRAIN, VALIDATION, TEST = "train", "validation", "test"
FREESOUND, ARTIST = "freesound ", "artist "
SHARED = (FREESOUND, ARTIST)  # a sound of Freesound, by its number; an artist, by name


class CorporaError(ValueError):
    """A public corpus that is not as it was published; the message says what is missing, and where from."""


class Row(NamedTuple):
    """A recording, or a part of one.

    file           : relative to the folder of the corpus, with slashes
    label          : word, genre or kind of scene; "" for talkers
    unit           : speaker, artist or source, which is in one split only. It begins with one of SHARED if
                     other corpora may have it under the same name
    start_s, end_s : of the part; inf: to the end
    split          : of the corpus itself; "" if it has none
    """

    file: str
    label: str
    unit: str
    start_s: float = 0.0
    end_s: float = inf
    split: str = ""


Read = Callable[[Path, Path | None], Iterator[Row]]


@dataclass(frozen=True)
class Named:
    """A public corpus.

    name    : in params.yaml
    title   : with authors and year
    license : of the recordings
    origin  : address that says where to download it
    tables  : table of the corpus -> folder of the corpus, its word times or None -> rows
    people  : where its speakers are from, if other corpora may have the same ones
    unnamed : beginning of the units among them that may be the same people under another name
    timed   : whether the times of its words may lie elsewhere: `times`
    torn    : whether drawn splits would have an artist in two, since none is named
    many    : whether it stands for any number of corpora, each in a folder
    """

    name: str
    title: str
    license: str
    origin: str
    tables: Mapping[str, Read]
    people: str = ""
    unnamed: str = ""
    timed: bool = False
    torn: bool = False
    many: bool = False


def need(folder: Path, names: str | tuple[str, ...], what: str) -> Path:
    """Return the first of several files or folders below `folder` that exists.

    what   : to download, for the message
    raises : CorporaError
    """
    choices = (names,) if isinstance(names, str) else names
    for name in choices:
        if (folder / name).exists():
            return folder / name
    raise CorporaError(
        f"{folder} has no {' and no '.join(choices)}. Is it the folder into which the archive was unpacked, "
        f"and was it unpacked to its end? Download: {what}."
    )


def text_of(path: Path) -> str:
    """Return a text file of a corpus.

    raises : CorporaError if it cannot be read
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 ({error.reason} at byte {error.start})"
        raise CorporaError(f"{problem}. Download it again.") from None


def found(folder: Path, pattern: str, what: str) -> list[Path]:
    """Return the files of a pattern below a folder, in order.

    what   : to download, for the message
    raises : CorporaError if there are none
    """
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise CorporaError(f"{folder} has no {pattern}. Download: {what}.")
    return paths


def timed_lines(path: Path, rate: int) -> Iterator[tuple[str, float, float]]:
    """Yield word, start and end, s, of the lines of a file: two numbers of samples at `rate`, and a word.

    raises : CorporaError
    """
    for line in text_of(path).splitlines():
        try:
            start, end, word = line.split()
            bounds = int(start) / rate, int(end) / rate
        except ValueError:
            problem = f"{path}: {line!r}; expected two numbers of samples and a word"
            raise CorporaError(f"{problem}. Download it again.") from None
        yield word, *bounds


def table_of(path: Path, columns: tuple[str, ...], delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Yield the rows of a table of a corpus, {column: text}; further cells of a row are under None.

    raises : CorporaError if it lacks a column, or a row is incomplete
    """
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    reader = csv.DictReader(io.StringIO(text_of(path), newline=""), delimiter=delimiter, quoting=quoting)
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing:
        raise CorporaError(f"{path} has no column {missing[0]!r}. Is it complete? Download it again.")
    try:
        for row in reader:
            if any(row[name] is None for name in columns):
                raise CorporaError(
                    f"{path}, row {reader.line_num}: a value is missing. Is it complete? Download it again."
                )
            yield row
    except csv.Error as error:
        raise CorporaError(f"{path}, row {reader.line_num}: {error}. Download it again.") from None


def one_of(path: Path, splits: Mapping[str, str], text: str) -> str:
    """Return the split that a table of a corpus calls `text`.

    raises : CorporaError if it is not one of its names
    """
    if text not in splits:
        expected = ", ".join(splits)
        raise CorporaError(f"{path}: {text!r} is not a split; expected {expected}. Download it again.")
    return splits[text]


def inside(file: str) -> str:
    """Return a file that a table of a corpus names, relative to the folder of the corpus.

    raises : CorporaError if it leaves the folder
    """
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts:
        raise CorporaError(f"{file!r} in a table of the corpus leaves its folder: correct the table.")
    return file


def below(folder: Path, path: Path) -> str:
    """Return a path relative to the folder of its corpus, with slashes."""
    return path.relative_to(folder).as_posix()
