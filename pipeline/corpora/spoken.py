"""Rows of corpora of utterances: words with times, and talkers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.alignment.times.match import matched
from pipeline.alignment.transcripts import Utterance, utterances
from pipeline.corpora.named import CorporaError, Row

Split = Callable[[Utterance], str]


def spoken(folder: Path, layout: str, what: str) -> list[Utterance]:
    """Return the utterances of a folder.

    layout : that it should have; what : to download, for the message
    raises : CorporaError if it has another one
    """
    try:
        found, each = utterances(folder)
    except ValueError as error:
        raise CorporaError(f"{error} For {layout}, download {what}.") from None
    if found != layout:
        raise CorporaError(f"{folder} looks like {found}, not like {layout}. Download {what}.")
    return each


def words(folder: Path, found: Sequence[Utterance], times: Path | None, split: Split) -> Iterator[Row]:
    """Yield the words of utterances.

    times  : of the words; None: words.csv of the folder, as `heschl align` writes it
    raises : CorporaError if there are none
    """
    times = times or folder / "words.csv"
    if not times.exists():
        raise CorporaError(
            f"{times} is missing: the times of the words. Find them with `heschl align {folder}`, or name "
            "them in `times`, if they were downloaded."
        )
    for each, spoken_words in matched(times, found):
        for word in spoken_words:
            yield Row(each.file, word.word, each.speaker, word.start_s, word.end_s, split(each))


def talkers(found: Sequence[Utterance], split: Split) -> Iterator[Row]:
    """Yield whole utterances."""
    for each in found:
        yield Row(each.file, "", each.speaker, split=split(each))
