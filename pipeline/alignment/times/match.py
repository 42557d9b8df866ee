"""Known word times, and the recordings that they are of."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.alignment.times.known import known_times
from pipeline.alignment.transcripts import Utterance
from pipeline.alignment.words import AlignmentError, Word


def matched(times: str | Path, spoken: Sequence[Utterance]) -> Iterator[tuple[Utterance, list[Word]]]:
    """Yield the utterances that have word times, and their words.

    An utterance is found by its path without ending, or by its name if only one recording has it.

    times  : file or folder of word times
    raises : AlignmentError or SpreadsheetError; also if an utterance occurs twice, or if none is found
    """
    names = Counter(each.name for each in spoken)
    waiting = {each.name: each for each in spoken if names[each.name] == 1}
    waiting |= {each.path: each for each in spoken}
    done: set[str] = set()
    for name, words in known_times(times):
        each = waiting.get(name) or waiting.get(name.rsplit("/", 1)[-1])
        if each is None:
            continue
        if each.file in done:
            raise AlignmentError(f"{times} has words of {each.file} twice: remove one of them.")
        done.add(each.file)
        yield each, words
    if not done:
        raise AlignmentError(
            f"{times} has no words of these recordings, such as {spoken[0].file}. Utterances must have the "
            f"names of the files, such as {spoken[0].name!r}."
        )
