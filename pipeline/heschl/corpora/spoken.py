"""Rows of corpora of utterances: words with times, and talkers."""

from collections.abc import Callable, Iterator
from pathlib import Path

from heschl.alignment.times.match import matched
from heschl.alignment.transcripts import Utterance, utterances
from heschl.corpora.named import CorporaError, Read, Row

Split = Callable[[Utterance], str]


def tables(layout: str, what: str, split: Callable[[Path], Split]) -> dict[str, Read]:
    """Return the readers of the words and the talkers of a corpus of utterances.

    layout : that its folder should have; what : to download, for messages
    split  : folder -> the split of each utterance, "" if it has none
    """

    def words(folder: Path, times: Path | None) -> Iterator[Row]:
        found, split_of = _utterances(folder, layout, what), split(folder)
        for each, spoken in matched(_times(folder, times), found):
            own = split_of(each)
            for word in spoken:
                yield Row(each.file, word.word, each.speaker, word.start_s, word.end_s, own)

    def talkers(folder: Path, times: Path | None) -> Iterator[Row]:
        split_of = split(folder)
        for each in _utterances(folder, layout, what):
            yield Row(each.file, "", each.speaker, split=split_of(each))

    return {"words": words, "talkers": talkers}


def _utterances(folder: Path, layout: str, what: str) -> list[Utterance]:
    """Return the utterances of a folder.

    raises : CorporaError if it has another layout
    """
    try:
        found, each = utterances(folder)
    except ValueError as error:
        raise CorporaError(f"{error} For {layout}, download {what}.") from None
    if found != layout:
        raise CorporaError(f"{folder} looks like {found}, not like {layout}. Download {what}.")
    return each


def _times(folder: Path, times: Path | None) -> Path:
    """Return where the times of the words are; None: words.csv of the folder, as `heschl align` writes it."""
    path = times or folder / "words.csv"
    if not path.exists():
        raise CorporaError(
            f"{path} is missing: the times of the words. Find them with `heschl align {folder}`, or name "
            "them in `times`, if they were downloaded."
        )
    return path
