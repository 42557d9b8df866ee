"""What is read out of the layers: acoustic levels (frequency, modulation) and labels (tasks, speaker)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heschl.activations.sounds import Sounds

SOURCE, SPEAKER = "source", "speaker"  # columns of the labels of clips
SOUND = "sound"
LEAST = 2  # sources that a class needs: one to fit, one to score
SAME = 1e-9  # range of values, relative to their magnitude, below which they count as equal


class CannotReadError(ValueError):
    """A readout that these sounds do not allow; says why. The text is a value of metrics/decode.json."""


@dataclass(frozen=True, eq=False)
class Target:
    """Readouts that share sounds and splits.

    columns : readout -> its bands or filters, in the order of the columns of `values`; {column: ("",)} for
              labels
    rows    : (n,) int, the sounds that are read out
    values  : (n, columns) float64 levels, or (n,) str labels
    groups  : (n,) str, the source of each sound; no source is on both sides of a split
    sources : what the groups are: speaker, artist, a task's column, sound, or "source" for several kinds
    """

    columns: Mapping[str, tuple[str, ...]]
    rows: np.ndarray
    values: np.ndarray
    groups: np.ndarray
    sources: str

    @property
    def measure(self) -> str:
        """Return the name of the score: r2 of levels, accuracy of labels."""
        return "r2" if self.values.ndim == 2 else "accuracy"

    @property
    def chance(self) -> float:
        """Return the score without information: 0 for r2, 1 / classes for accuracy."""
        return 0.0 if self.values.ndim == 2 else 1 / len(np.unique(self.values))


LeftOut = dict[str, tuple[str, ...]]  # readout -> its bands, filters or classes that are left out


def level_target(
    columns: Mapping[str, tuple[str, ...]], values: np.ndarray, sounds: Sounds
) -> tuple[Target, LeftOut]:
    """Return the target of frequency and modulation, and the bands and filters whose level never varies.

    columns, values : of `Levels`, (sounds, columns)
    raises : CannotReadError where no column varies
    """
    groups, sources = _sources(sounds)
    varies = np.ptp(values, axis=0) > SAME * np.abs(values).max(axis=0)
    names = [(readout, name) for readout, each in columns.items() for name in each]
    kept, left_out = (
        [name for name, good in zip(names, varies, strict=True) if good == wanted] for wanted in (True, False)
    )
    if not kept:
        raise CannotReadError("the sounds do not differ in it")
    target = Target(_by_readout(kept), np.arange(len(sounds)), values[:, varies], groups, sources)
    return target, _by_readout(left_out)


def label_target(sounds: Sounds, column: str) -> tuple[Target, LeftOut]:
    """Return the target of a column of labels, and its classes that have fewer than two sources.

    The source of a clip is its speaker or artist. A speaker cannot be held out of its own readout: there the
    source is what is said, and a speaker must be recognized from words on which the readout was not fitted. A
    sound of a folder is its own source unless the column `source` names another.
    raises : CannotReadError where fewer than two classes remain
    """
    values = sounds.labels[column]
    groups, sources = _sources(sounds, values != "")
    if column == SPEAKER and _one_to_one(values[values != ""], groups[values != ""]):
        groups, sources = _spoken_labels(sounds)
    classes = [str(name) for name in np.unique(values) if name]
    able = [name for name in classes if len(np.unique(groups[values == name])) >= LEAST]
    if not classes:
        raise CannotReadError("no sound has this label")
    if len(able) < 2:
        raise CannotReadError(
            f"{len(able)} of {len(classes)} classes have {LEAST} or more sources ({sources}); "
            "a readout needs two such classes"
        )
    rows = np.flatnonzero(np.isin(values, able))
    left_out = {column: tuple(name for name in classes if name not in able)}
    return Target({column: ("",)}, rows, values[rows], groups[rows], sources), left_out


def label_columns(sounds: Sounds) -> list[str]:
    """Return the columns of labels that are read out."""
    return [column for column in sounds.labels if column != SOURCE]


def _by_readout(names: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    readouts = dict.fromkeys(readout for readout, _ in names)
    return {each: tuple(name for readout, name in names if readout == each) for each in readouts}


def _sources(sounds: Sounds, rows: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, str]:
    """Return the source of each sound, and what sources are: the first word of their names."""
    if SOURCE not in sounds.labels:
        return np.array(sounds.names), SOUND
    groups = sounds.labels[SOURCE]
    kinds = {str(name).partition(" ")[0] for name in groups[rows]}
    return groups, kinds.pop() if len(kinds) == 1 else SOURCE


def _one_to_one(values: np.ndarray, groups: np.ndarray) -> bool:
    """Return whether values and groups correspond: a group cannot then be held out of its own readout."""
    pairs = set(zip(values.tolist(), groups.tolist(), strict=True))
    return len(pairs) == len(np.unique(values)) == len(np.unique(groups))


def _spoken_labels(sounds: Sounds) -> tuple[np.ndarray, str]:
    """Return the label of what is said in each clip, and its column."""
    spoken = sounds.labels[SPEAKER] != ""
    columns = [
        name
        for name in label_columns(sounds)
        if name != SPEAKER and (sounds.labels[name][spoken] != "").any()
    ]
    if not columns:
        raise CannotReadError("no clip has both a speaker and a word")
    return sounds.labels[columns[0]], columns[0]
