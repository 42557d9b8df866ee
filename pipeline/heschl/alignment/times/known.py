"""Read known word times. To add a form, write its file and append it to FORMS."""

from collections.abc import Iterator
from pathlib import Path

from heschl.alignment.times.ctm import CTM
from heschl.alignment.times.form import Aligned, Form
from heschl.alignment.times.lhotse import LHOTSE
from heschl.alignment.times.librispeech import LIBRISPEECH
from heschl.alignment.times.table import TABLE
from heschl.alignment.times.textgrid import TEXTGRID
from heschl.alignment.words import AlignmentError

FORMS: tuple[Form, ...] = (TEXTGRID, LIBRISPEECH, CTM, LHOTSE, TABLE)
# Files beside word times that have none: of MFA, of `heschl align`, and of lhotse.
ASIDE = ("alignment_analysis.csv", "words-left-out.csv", "*recordings*.jsonl", "*recordings*.jsonl.gz")


def known_times(path: str | Path) -> Iterator[Aligned]:
    """Yield each utterance of a file of alignments, or of all such files in a folder and below it, once.

    Words without duration, which some aligners write, are left out.

    raises : AlignmentError or SpreadsheetError, naming the file and its line; also if there are none, if the
             files have several forms, or if an utterance occurs twice
    """
    path = Path(path)
    form, files = _files(path)
    seen: set[str] = set()
    for file in files:
        below = file.relative_to(path if path.is_dir() else path.parent)
        for name, words in form.read(file, below.with_suffix("").as_posix()):
            if name in seen:
                raise AlignmentError(
                    f"{file}: utterance {name!r} occurs twice. Its words must follow each other, in one file."
                )
            seen.add(name)
            yield name, [word for word in words if word.word and word.start_s < word.end_s]


def _files(path: Path) -> tuple[Form, list[Path]]:
    if not path.exists():
        raise AlignmentError(f"{path} is missing; expected a file or folder of word times.")
    found: dict[Form, list[Path]] = {}
    for form in FORMS:
        files = (
            {file for pattern in form.patterns for file in path.rglob(pattern)}
            if path.is_dir()
            else {path for pattern in form.patterns if path.match(pattern)}
        )
        files = {file for file in files if file == path or not any(map(file.match, ASIDE))}
        if files:
            found[form] = sorted(files)
    if len(found) != 1:
        forms = found or FORMS
        such = ", ".join(f"{form.name} ({', '.join(form.patterns)})" for form in forms)
        has = f"has files of several forms: {such}" if found else f"has no word times; expected {such}"
        raise AlignmentError(f"{path} {has}. Name one file, or a folder with one of these forms.")
    return next(iter(found.items()))
