"""What is read out of the layers: levels of the sound (frequency, modulation), and labels (word, genre, speaker, ...)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.activations.sounds import Sounds

SOURCE, SPEAKER = "source", "speaker"  # columns of the labels of clips
SOUND = "sound"
LEAST = 2  # sources that a class must have: one to fit, one to score
SAME = 1e-9  # spread, relative to the size of the values, below which they are one value


class CannotReadError(ValueError):
    """A readout that these sounds do not allow; says why."""


@dataclass(frozen=True, eq=False)
class Target:
    """Readouts that share sounds and splits.

    columns : readout -> its items, in the order of the columns of `values`; of labels one readout and one item, ""
    rows    : (n,) int, the sounds that are read out
    values  : (n, items) float64, or (n,) str of labels
    groups  : (n,) str, what is never in both halves of a split
    sources : what the groups are: speaker, artist, word, sound, source (of several kinds)
    """

    columns: Mapping[str, tuple[str, ...]]
    rows: np.ndarray
    values: np.ndarray
    groups: np.ndarray
    sources: str

    @property
    def measure(self) -> str:
        """Return how it is scored: r2 of levels, accuracy of labels."""
        return "r2" if self.values.ndim == 2 else "accuracy"

    @property
    def chance(self) -> float:
        """Return the score without knowledge: 0 of r2, 1 / classes of accuracy."""
        return 0.0 if self.values.ndim == 2 else 1 / len(np.unique(self.values))


def levels(
    columns: Mapping[str, tuple[str, ...]], values: np.ndarray, sounds: Sounds
) -> tuple[Target, dict[str, tuple[str, ...]]]:
    """Return the target of frequency and modulation, and the items of each that are left out since no sound differs from another.

    values : (sounds, items of all columns)
    raises : CannotReadError where no item is left
    """
    groups, sources = _sources(sounds)
    varies = np.ptp(values, axis=0) > SAME * np.abs(values).max(axis=0)
    names = [(readout, item) for readout, items in columns.items() for item in items]
    kept, left_out = (
        [name for name, good in zip(names, varies, strict=True) if good == wanted] for wanted in (True, False)
    )
    if not kept:
        raise CannotReadError("the sounds do not differ")
    return Target(_by_readout(kept), np.arange(len(sounds)), values[:, varies], groups, sources), _by_readout(
        left_out
    )


def labels(sounds: Sounds, column: str) -> tuple[Target, dict[str, tuple[str, ...]]]:
    """Return the target of a column of labels, and its classes that are left out since they have fewer than two sources.

    The source of a clip is its speaker or artist; where speakers are read out, and are the sources, it is the word, which several speakers
    say: the readout must know them by words that it was not fitted on. A sound of a folder is its own source, unless a column names it.
    raises : CannotReadError where fewer than two classes are left
    """
    values = sounds.labels[column]
    groups, sources = _sources(sounds, values != "")
    if column == SPEAKER and _one_to_one(values[values != ""], groups[values != ""]):
        groups, sources = _said(sounds)
    classes = [str(name) for name in np.unique(values) if name]
    able = [name for name in classes if len(np.unique(groups[values == name])) >= LEAST]
    if not classes:
        raise CannotReadError("no sound has one")
    if len(able) < 2:
        raise CannotReadError(
            f"{len(able)} of {len(classes)} classes are of {LEAST} or more of what is held out ({sources}); it takes two"
        )
    rows = np.flatnonzero(np.isin(values, able))
    left_out = {column: tuple(name for name in classes if name not in able)}
    return Target({column: ("",)}, rows, values[rows], groups[rows], sources), left_out


def shuffled(target: Target, rng: np.random.Generator) -> np.ndarray:
    """Return an order, (n,) int, of the values that has nothing to do with the sounds, yet keeps the sources that are held out.

    Labels that all sounds of a source share - the genre of an artist - are exchanged between sources; others - the words of a speaker -
    within each source; levels between all sounds.
    """
    number = len(target.rows)
    _, source = np.unique(target.groups, return_inverse=True)
    if target.values.ndim == 2 or source.max() + 1 == number:
        return rng.permutation(number)
    members = [np.flatnonzero(source == each) for each in range(source.max() + 1)]
    if all(len(np.unique(target.values[rows])) == 1 for rows in members):
        exchanged = rng.permutation(len(members))
        return np.array([members[exchanged[each]][0] for each in source])
    order = np.empty(number, int)
    for rows in members:
        order[rows] = rng.permutation(rows)
    return order


def columns_of(sounds: Sounds) -> list[str]:
    """Return the columns of labels that are read out."""
    return [column for column in sounds.labels if column != SOURCE]


def _by_readout(names: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    return {
        readout: tuple(item for own, item in names if own == readout)
        for readout in dict.fromkeys(own for own, _ in names)
    }


def _sources(sounds: Sounds, rows: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, str]:
    """Return the source of each sound, and what sources are, by the first word of the names of some: speaker, artist."""
    if SOURCE not in sounds.labels:
        return np.array(sounds.names), SOUND
    groups = sounds.labels[SOURCE]
    kinds = {str(name).partition(" ")[0] for name in groups[rows]}
    return groups, kinds.pop() if len(kinds) == 1 else SOURCE


def _one_to_one(values: np.ndarray, groups: np.ndarray) -> bool:
    """Tell whether each value is of one group and each group of one value, so that a group cannot be held out of its own readout."""
    pairs = set(zip(values.tolist(), groups.tolist(), strict=True))
    return len(pairs) == len(np.unique(values)) == len(np.unique(groups))


def _said(sounds: Sounds) -> tuple[np.ndarray, str]:
    """Return what is said in each clip, and the task that names it."""
    spoken = sounds.labels[SPEAKER] != ""
    tasks = [
        name for name in columns_of(sounds) if name != SPEAKER and (sounds.labels[name][spoken] != "").any()
    ]
    if not tasks:
        raise CannotReadError("no clip has a speaker and a word")
    return sounds.labels[tasks[0]], tasks[0]
