"""Public corpora by name, several for a table -> the four tables of a corpus.

Their folders lie below `corpus.folder`. Units of different corpora are different people, artists or sources,
unless both have them under the same name: sounds of Freesound by number, artists by name.
"""

import difflib
import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.audio import Sound
from heschl.corpora.known import CORPORA
from heschl.corpora.named import SHARED, CorporaError, Named, Row, inside
from heschl.corpus.files import locate_all
from heschl.corpus.listings import problem_list
from heschl.corpus.names import checked
from heschl.corpus.recordings import convert_all
from heschl.corpus.source import CorpusSource, PublicCorpus, SourceParams, Tables
from heschl.corpus.tables import COLUMNS, LABEL, SPLIT, SPLITS, TABLES, UNIT, CorpusError

BLOCK = 2**16  # rows
log = logging.getLogger(__name__)


def make(params: SourceParams, out: Path, sound: Sound) -> tuple[Tables, pd.DataFrame]:
    """Read the corpora of `corpus.public` and convert what is used of them; see `convert_all`."""
    shutil.rmtree(out / "audio", ignore_errors=True)  # of a run that failed
    listings = read_public(params.folder, params.public, params.bad_file_budget)
    rate, budget = sound.sample_rate, params.bad_file_budget
    return convert_all(params.folder, listings, out / "audio", rate, budget, listed=False)


def read_public(
    folder: str | Path, entries: Sequence[PublicCorpus], budget: float
) -> dict[str, pd.DataFrame]:
    """Read the tables of named corpora; of ESC-50, the sounds too.

    folder  : that theirs are below
    budget  : share of the files of each that may be missing
    returns : as `listings.read_listings`, with a column SPLIT: that of the corpus itself, "" if it has none
    raises  : CorpusError, or the error of the corpus, naming what is missing and where to download it
    """
    tables = {}
    for name in COLUMNS:
        parts = [_read(Path(folder), entry, entries, budget) for entry in entries if entry.table == name]
        if not parts:
            raise CorpusError(
                f"corpus.public names no corpus for the table {name!r}; expected one of "
                f"{', '.join(each.name for each in CORPORA.values() if name in each.tables)}."
            )
        table = pd.concat(parts, ignore_index=True).drop_duplicates(["file", "start_s", "end_s"])
        tables[name] = _common(name, table).reset_index(drop=True)
    return tables


def _common(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table without the kinds of scene from too few sources for three splits."""
    label = LABEL[name]
    if label is None or TABLES[name].filtered:
        return table
    rare = table.groupby(label)[UNIT[name]].transform("nunique") < len(SPLITS)
    if rare.all():
        raise CorpusError(f"{name}: no {label} comes from {len(SPLITS)} sources. Add to corpus.public.")
    if rare.any():
        names = ", ".join(sorted(set(table[label][rare])))
        log.warning("%s left out, from fewer than %d sources: %s", name, len(SPLITS), names)
    return table[~rare]


def citations(entries: Iterable[PublicCorpus]) -> list[dict[str, Any]]:
    """Return title, license, origin and tables of the corpora, for provenance.json."""
    tables: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        used = tables.setdefault((entry.corpus, entry.folder if CORPORA[entry.corpus].many else ""), [])
        used += [entry.table] if entry.table not in used else []
    found = [(CORPORA[name], folder, used) for (name, folder), used in tables.items()]
    return [
        {
            "name": each.name,
            "title": f"{each.title}: {folder}" if folder else each.title,
            "license": each.license,
            "origin": each.origin,
            "tables": used,
        }
        for each, folder, used in found
    ]


def _read(folder: Path, entry: PublicCorpus, entries: Sequence[PublicCorpus], budget: float) -> pd.DataFrame:
    corpus, place = CORPORA[entry.corpus], folder / entry.folder
    if not place.is_dir():
        raise CorporaError(
            f"{place} is not a folder; expected {corpus.title}. Download it ({corpus.origin}) and unpack "
            "it there, or correct corpus.public."
        )
    times = None if entry.times is None else folder / entry.times
    rows = corpus.tables[entry.table](place, times)
    seen: set[str] = set()
    records = _records(entry, _kept(rows, corpus, entry, entries, seen))
    parts = [
        pd.DataFrame.from_records(part, columns=[*COLUMNS[entry.table], SPLIT])
        for part in iter(lambda: list(islice(records, BLOCK)), [])
    ]
    _check_labels(entry, seen)
    if not parts:
        raise CorpusError(f"{place} has nothing for the table {entry.table!r} of corpus.public.")
    table = pd.concat(parts, ignore_index=True)
    _check_files(folder, table, corpus, budget)
    return table


def _kept(
    rows: Iterator[Row],
    corpus: Named,
    entry: PublicCorpus,
    entries: Sequence[PublicCorpus],
    seen: set[str],
) -> Iterator[Row]:
    """Yield rows with the labels that the entry takes, and without people that another corpus may have.

    seen : gets all labels
    """
    alike = {each.corpus for each in entries if CORPORA[each.corpus].people == corpus.people}
    others = alike - {corpus.name}
    drop = corpus.unnamed if others and corpus.people else ""
    dropped = 0
    for row in rows:
        seen.add(row.label)
        if drop and entry.table in ("words", "talkers") and row.unit.startswith(drop):
            dropped += 1
        elif not entry.labels or row.label in entry.labels:
            yield row
    if dropped:
        log.warning(
            "%s: %d recordings left out: their %s readers may be those of %s",
            corpus.name,
            dropped,
            corpus.people,
            ", ".join(sorted(others)),
        )


def _check_labels(entry: PublicCorpus, seen: set[str]) -> None:
    absent = sorted(set(entry.labels) - seen)
    if absent:
        near = difflib.get_close_matches(absent[0], seen, 1, cutoff=0.5)
        some = ", ".join(sorted(seen)[:10])
        hint = f"did you mean {near[0]!r}?" if near else f"expected labels such as {some}"
        raise CorpusError(f"corpus.public: {entry.corpus} has no {LABEL[entry.table]} {absent[0]!r}; {hint}")


def _records(entry: PublicCorpus, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of rows, with the label as the entry calls it, if the table has labels."""
    label, unit_column, own = LABEL[entry.table], UNIT[entry.table], entry.splits == "own"
    prefix = entry.folder if CORPORA[entry.corpus].many else entry.corpus

    @cache
    def named(text: str) -> tuple[str, ...]:
        return (checked(label, entry.labels.get(text, text)),) if label else ()

    @cache
    def unit(text: str) -> str:
        return checked(unit_column, text if text.startswith(SHARED) else f"{prefix} {text}")

    for row in rows:
        file = f"{entry.folder}/{inside(row.file)}"
        if not 0 <= row.start_s < row.end_s:
            times = f"from {row.start_s} to {row.end_s} s"
            raise CorpusError(f"{entry.corpus}, {file}: {row.label!r} {times}; expected 0 <= start < end.")
        try:
            names = *named(row.label), unit(row.unit)
        except ValueError as error:
            raise CorpusError(f"{entry.corpus}, {file}: {error}. Leave it out with `labels`.") from None
        yield file, *names, row.start_s, row.end_s, row.split if own else ""


def _check_files(folder: Path, table: pd.DataFrame, corpus: Named, budget: float) -> None:
    reasons = {file: reason for file, (_, reason) in locate_all(folder, table["file"]).items()}
    bad = [f"{file}: {reason}" for file, reason in reasons.items() if reason]
    if len(bad) > budget * len(reasons):
        head = f"{corpus.name}: {len(bad)} of {len(reasons)} files cannot be used:"
        remedy = f"Was the archive unpacked to its end? Download it again: {corpus.origin}."
        raise CorpusError(problem_list(head, bad, remedy))


PUBLIC = CorpusSource(
    name="public",
    make=make,
    programs=("soundfile", "scipy"),
    text="Public corpora from the folder {folder}.",
    corpora=lambda params: citations(params.public),
)
