"""A folder of speech -> words.csv, a table of its words with times, for the corpus source `recordings`.

Alignment is resumed after an interruption: finished chunks of utterances lie in work/align/.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from statistics import median

from heschl import work
from heschl.alignment.aligner import Model, align, decoder
from heschl.alignment.times.match import matched
from heschl.alignment.transcripts import Utterance, utterances
from heschl.alignment.words import AlignmentError, Word
from heschl.parallel import parallel_map
from heschl.soundfiles.errors import SoundError

COLUMNS = ("file", "word", "speaker", "start_s", "end_s", "confidence")
LEFT_OUT = ("file", "reason")  # columns of the table of utterances without words
CHUNK = 50  # utterances, about 20 s of work

Found = tuple[Utterance, list[Word], str]  # an utterance, its words, and why it has none


@dataclass(frozen=True)
class Summary:
    """What was written.

    layout     : form of the folder
    utterances : those with words
    left_out   : those without
    unsure     : words left out because of their confidence
    confidence : median; None if it is not known
    """

    layout: str
    words: int
    kinds: int
    speakers: int
    utterances: int
    left_out: int
    unsure: int
    confidence: float | None


def make(
    folder: str | Path,
    out: str | Path,
    times: str | Path | None = None,
    model: Model | None = None,
    least: float = 0.0,
) -> Summary:
    """Write the words of a folder of speech to `out`, and the utterances without words beside it.

    folder : of utterances with transcripts; see `transcripts.LAYOUTS`
    out    : csv file with COLUMNS, `file` relative to `folder`. <name>-left-out.csv gets LEFT_OUT
    times  : file or folder of known word times; None: they are found by alignment
    least  : confidence of words that are written; words of unknown confidence are
    raises : AlignmentError, SpreadsheetError; also if no utterance has words
    """
    out = Path(out)
    _check_out(out)
    layout, spoken = utterances(folder, times is None)
    here = None if times else _work(Path(folder), spoken, model or Model())
    found = _known(times, spoken) if times else _aligned(Path(folder), spoken, model or Model(), here)
    summary = _write(out, layout, found, least)
    if here:
        work.remove(here)
    return summary


def left_out(out: Path) -> Path:
    """Return the file of the utterances without words."""
    return out.with_name(f"{out.stem}-left-out.csv")


def _check_out(out: Path) -> None:
    for path in (out, left_out(out)):
        if path.exists():
            raise AlignmentError(f"{path} exists. Remove or rename it, or name another file with --out.")
    if not out.parent.is_dir():
        raise AlignmentError(f"{out.parent} is not a folder, so {out.name} cannot be written there.")


def _known(times: str | Path, spoken: Sequence[Utterance]) -> Iterator[Found]:
    """Yield the utterances with known times, then those without."""
    done: set[str] = set()
    for each, words in matched(times, spoken):
        done.add(each.file)
        yield each, words, "" if words else "its word times are empty"
    yield from ((each, [], "no word times") for each in spoken if each.file not in done)


def _work(folder: Path, spoken: Sequence[Utterance], model: Model) -> Path:
    """Return the folder of unfinished work; another for other recordings, models or code."""
    files = [(each.file, *_state(folder / each.file), each.transcript) for each in spoken]
    try:
        version = metadata.version("pocketsphinx")
    except metadata.PackageNotFoundError:
        raise AlignmentError("Alignment needs pocketsphinx: pip install pocketsphinx") from None
    parts = [Path(part) for part in (model.dictionary, model.acoustic) if part]
    models = [(str(path), *_state(path)) for part in parts for path in (part, *sorted(part.glob("*")))]
    given = [asdict(model), models, version, str(folder.resolve()), files]
    return work.folder("align", given, [], work.code("heschl.alignment", "heschl.soundfiles"))


def _state(path: Path) -> tuple[int, int]:
    try:
        return path.stat().st_size, path.stat().st_mtime_ns
    except OSError:
        return 0, 0


def _aligned(folder: Path, spoken: Sequence[Utterance], model: Model, here: Path) -> Iterator[Found]:
    """Yield all utterances, aligned in parallel processes, in order."""
    decoder(model)  # a model that cannot be loaded is one error, not one for each utterance
    with work.held(here):
        chunks = [spoken[first : first + CHUNK] for first in range(0, len(spoken), CHUNK)]
        files = [here / f"{number:06}.json" for number in range(len(chunks))]
        missing = [(file, chunk) for file, chunk in zip(files, chunks, strict=True) if not file.exists()]
        parallel_map(partial(_align_chunk, folder, model), missing, "utterances", [folder])
        for file, chunk in zip(files, chunks, strict=True):
            for each, (words, reason) in zip(chunk, json.loads(file.read_text()), strict=True):
                yield each, [Word(*word) for word in words], reason


def _align_chunk(folder: Path, model: Model, given: tuple[Path, Sequence[Utterance]]) -> None:
    file, chunk = given
    results: list[tuple[list[Word], str]] = []
    for each in chunk:
        try:
            results.append((align(folder / each.file, each.transcript, model), ""))
        except SoundError as error:
            results.append(([], error.reason or str(error)))
        except AlignmentError as error:
            results.append(([], str(error)))
    with work.replacing(file, "w") as opened:
        json.dump(results, opened)


def _write(out: Path, layout: str, found: Iterable[Found], least: float) -> Summary:
    """Write both tables, and return their summary."""
    kinds, speakers = set(), set()
    confidences: list[float] = []
    words_written = utterances_written = omitted = unsure = 0
    with work.replacing(out, "w") as file, work.replacing(left_out(out), "w") as others:
        table, rest = csv.writer(file, lineterminator="\n"), csv.writer(others, lineterminator="\n")
        table.writerow(COLUMNS)
        rest.writerow(LEFT_OUT)
        for each, words, reason in found:
            if reason:
                omitted += 1
                rest.writerow((each.file, reason))
                continue
            kept = [word for word in words if not word.confidence < least]
            unsure += len(words) - len(kept)
            words_written += len(kept)
            utterances_written += 1
            kinds.update(word.word for word in kept)
            speakers.add(each.speaker)
            confidences += [word.confidence for word in words if word.confidence == word.confidence]
            table.writerows(_row(each, word) for word in kept)
        if not words_written:
            raise AlignmentError(_nothing(out, omitted, reason if omitted else "", least))
    middle = median(confidences) if confidences else None
    return Summary(
        layout, words_written, len(kinds), len(speakers), utterances_written, omitted, unsure, middle
    )


def _row(each: Utterance, word: Word) -> tuple[str, ...]:
    known = word.confidence == word.confidence
    times = (f"{word.start_s:.10g}", f"{word.end_s:.10g}")
    return (each.file, word.word, each.speaker, *times, f"{word.confidence:.3f}" if known else "")


def _nothing(out: Path, omitted: int, reason: str, least: float) -> str:
    if omitted:
        return f"{out.name} would be empty: no utterance has words, the last because: {reason}."
    return f"{out.name} would be empty: no word has a confidence of {least} or more."
