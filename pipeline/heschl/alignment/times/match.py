"""Known word times, and the recordings that they are of."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from heschl.alignment.times.known import known_times
from heschl.alignment.transcripts import Utterance
from heschl.alignment.words import AlignmentError, Word


def matched(times: str | Path, spoken: Sequence[Utterance]) -> Iterator[tuple[Utterance, list[Word]]]:
    """Yield the utterances that have word times, and their words.

    An alignment is of the utterance whose path without ending it has. One of the paths may begin with further
    folders; an alignment without folders is of the only utterance of that name.

    times  : file or folder of word times
    raises : AlignmentError or SpreadsheetError; also if an utterance occurs twice, or if none is found
    """
    named: dict[str, list[Utterance]] = {}
    for each in spoken:
        named.setdefault(each.name, []).append(each)
    done: set[str] = set()
    for name, words in known_times(times):
        each = _of(name, named.get(name.rsplit("/", 1)[-1], []))
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


def _of(name: str, alike: list[Utterance]) -> Utterance | None:
    """Return the utterance that an alignment is of; alike : those with the same last name."""
    found = [each for each in alike if each.path == name] or [
        each for each in alike if each.path.endswith(f"/{name}") or name.endswith(f"/{each.path}")
    ]
    return found[0] if len(found) == 1 else None
