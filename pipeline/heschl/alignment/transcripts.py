"""The utterances of a folder of recorded speech: their files, speakers and transcripts.

A layout is the form that such a folder has. To add one, write a function that yields its utterances, and
append an entry to LAYOUTS; the first one whose sign is found in a folder is used.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from heschl.alignment.words import AlignmentError
from heschl.spreadsheets import read_rows

SOUNDS = (".flac", ".wav", ".ogg", ".opus", ".mp3")
COLUMNS = ("file", "speaker", "transcript")  # of transcripts.csv
MOST_BROKEN = 0.01  # share of the rows of Common Voice
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Utterance:
    """A file of speech by one speaker.

    file : relative to the folder, with slashes
    """

    file: str
    speaker: str
    transcript: str

    @property
    def path(self) -> str:
        """Return the file without its ending, by which a folder of alignments may know it."""
        return str(PurePosixPath(self.file).with_suffix(""))

    @property
    def name(self) -> str:
        """Return the last part of `path`, by which alignments usually know it."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class Layout:
    """A form of a folder of speech.

    name  : for messages
    signs : patterns of files, below the folder, that only folders of this form have
    read  : folder, the files of these patterns in order -> its utterances
    """

    name: str
    signs: tuple[str, ...]
    read: Callable[[Path, list[Path]], Iterator[Utterance]]


def utterances(folder: str | Path, spoken: bool = True) -> tuple[str, list[Utterance]]:
    """Return the name of a folder's layout and its utterances.

    spoken : whether transcripts are needed; without, the folder may be one of speakers' folders of sounds
    raises : AlignmentError or SpreadsheetError if there are none, or if what lists them cannot be read
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AlignmentError(f"{folder} is not a folder; expected one with recordings and their transcripts.")
    layouts = LAYOUTS if spoken else (*LAYOUTS, SOUNDS_ALONE)
    for layout in layouts:
        signs = sorted(path for sign in layout.signs for path in folder.glob(sign))
        if signs and (found := list(layout.read(folder, signs))):
            _check_once(folder, found)
            return layout.name, found
    forms = "\n  ".join(f"{layout.name}: {' or '.join(layout.signs)}" for layout in layouts)
    raise AlignmentError(
        f"{folder} has no transcripts; expected one of\n  {forms}\nUnpack the archive that has them, or "
        f"write transcripts.csv with the columns {','.join(COLUMNS)}."
    )


def _check_once(folder: Path, found: list[Utterance]) -> None:
    seen: set[str] = set()
    for each in found:
        if each.file in seen:
            raise AlignmentError(f"{folder} has two transcripts of {each.file}: remove one of them.")
        seen.add(each.file)


def _table(folder: Path, signs: list[Path]) -> Iterator[Utterance]:
    for number, row in read_rows(signs[0], COLUMNS, "ignore"):
        if not (row["file"] and row["speaker"]):
            missing = "speaker" if row["file"] else "file"
            raise AlignmentError(f"{signs[0]}, row {number}: {missing} is empty.")
        inside = PurePosixPath(row["file"])
        if inside.is_absolute() or ".." in inside.parts:
            raise AlignmentError(
                f"{signs[0]}, row {number}: file is {row['file']!r}; expected a path below the folder."
            )
        yield Utterance(inside.as_posix(), row["speaker"], row["transcript"])


def _librispeech(folder: Path, signs: list[Path]) -> Iterator[Utterance]:
    """Yield from <speaker>/<chapter>/<speaker>-<chapter>.trans.txt: lines of a name and a text."""
    for sign in signs:
        endings = {path.stem: path.name for path in sorted(sign.parent.iterdir()) if path.suffix in SOUNDS}
        place = sign.parent.relative_to(folder)
        for number, line in enumerate(_text(sign).split("\n"), start=1):
            name, _, transcript = line.strip().partition(" ")
            if not name:
                continue
            speaker = name.split("-")[0]
            if "/" in name or not transcript or speaker == name:
                raise AlignmentError(
                    f"{sign}, line {number}: {line[:40]!r}; expected a name such as 103-1240-0000, and words."
                )
            yield Utterance((place / endings.get(name, f"{name}.flac")).as_posix(), speaker, transcript)


def _common_voice(folder: Path, signs: list[Path]) -> Iterator[Utterance]:
    """Yield from validated.tsv, whose column path names files of the folder clips.

    Some rows are broken, by tabs and line feeds in sentences; these are left out.
    """
    needed = ("client_id", "path", "sentence")
    lines = _text(signs[0]).split("\n")
    header = lines[0].rstrip("\r").split("\t")
    missing = [name for name in needed if name not in header]
    if missing:
        raise AlignmentError(
            f"{signs[0]}, row 1: {missing[0]!r} is missing; expected the columns {', '.join(needed)} between "
            "tabs. Unpack the archive again."
        )
    places, broken = [header.index(name) for name in needed], 0
    for line in filter(None, lines[1:]):
        cells = line.rstrip("\r").split("\t")
        if len(cells) != len(header):
            broken += 1
            continue
        speaker, path, sentence = (cells[place] for place in places)
        yield Utterance(f"clips/{PurePosixPath(path).name}", speaker, sentence)
    if broken > MOST_BROKEN * len(lines):
        raise AlignmentError(
            f"{signs[0]}: {broken} of {len(lines)} rows do not have {len(header)} values. Unpack the archive "
            "again."
        )
    if broken:
        log.warning("%s: %d rows left out: they do not have %d values", signs[0], broken, len(header))


def _beside(folder: Path, signs: list[Path]) -> Iterator[Utterance]:
    """Yield from <speaker>/<name>.lab or .txt beside <name>.wav: the input of the Montreal Forced Aligner."""
    sounds = {path.with_suffix(""): path for path in sorted(folder.rglob("*")) if path.suffix in SOUNDS}
    for sign in signs:
        sound = sounds.get(sign.with_suffix(""))
        if sound:
            file = sound.relative_to(folder)
            yield Utterance(file.as_posix(), file.parts[0], " ".join(_text(sign).split()))


def _alone(folder: Path, signs: list[Path]) -> Iterator[Utterance]:
    """Yield the sounds of <speaker>/, without transcripts."""
    for sign in signs:
        file = sign.relative_to(folder)
        yield Utterance(file.as_posix(), file.parts[0], "")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 ({error.reason} at byte {error.start})"
        raise AlignmentError(f"{problem}: convert it.") from None


LAYOUTS: tuple[Layout, ...] = (
    Layout("a table", ("transcripts.csv",), _table),
    Layout("LibriSpeech", ("**/*.trans.txt",), _librispeech),
    Layout("Common Voice", ("validated.tsv",), _common_voice),
    Layout("texts beside sounds", ("*/**/*.lab", "*/**/*.txt"), _beside),
)
SOUNDS_ALONE = Layout("sounds", tuple(f"*/**/*{ending}" for ending in SOUNDS), _alone)
