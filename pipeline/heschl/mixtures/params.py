"""The params section `mixtures`."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import field_validator

from heschl.corpus.tables import LABEL
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.params import Count, Ordered, Share, section

Names = TypeVar("Names", bound=Iterable[str])


def registered(names: Names) -> Names:
    """Return names of backgrounds; raises ValueError if there is no such background."""
    return _among(names, list(BACKGROUNDS), "is not a background")


def mixing(names: Names) -> Names:
    """Return names of backgrounds; raises ValueError for one that is made of no recordings."""
    mixed = [name for name, background in BACKGROUNDS.items() if background.table]
    return _among(registered(names), mixed, "mixes no recordings")


def labeled(names: Names) -> Names:
    """Return names of backgrounds; raises ValueError for one whose recordings have no labels."""
    tables = {name: background.table for name, background in BACKGROUNDS.items()}
    known = [name for name, table in tables.items() if table and LABEL[table]]
    return _among(registered(names), known, "has no recordings with labels")


def _among(names: Names, known: list[str], problem: str) -> Names:
    wrong = [name for name in names if name not in known]
    if wrong:
        raise ValueError(f"{wrong[0]!r} {problem}; expected {', '.join(known)}")
    return names


@section
class Range(Ordered):
    """A uniform distribution from `low` to `high`."""

    low: float
    high: float


@section
class Sequence:
    """Isolated words are heard among other words of their speaker; params `mixtures.sequence`."""

    gap_s: Range  # silence between words, s
    fewest: Count  # other recordings that a speaker must have, to be a target

    def __post_init__(self) -> None:
        if self.gap_s.low < 0:
            raise ValueError(f"gap_s.low is {self.gap_s.low}; expected 0 s or more: words do not overlap")


@section
class Draw:
    """A split whose clips are drawn independently; params `mixtures.train`, `mixtures.validation`."""

    clips: dict[str, Count]  # task -> number of clips
    snr_db: Range | tuple[float, ...]
    clean: Share  # of the clips, without background
    backgrounds: tuple[str, ...]  # to draw from, one named twice twice as often; empty: mixtures.backgrounds
    labels: dict[str, tuple[str, ...]]  # background -> labels of its recordings; others: of any label

    _registered = field_validator("backgrounds")(registered)
    _labeled = field_validator("labels")(labeled)


@section
class Grid:
    """The same targets in every background at every SNR, and clean; params `mixtures.test`."""

    targets: dict[str, Count]  # task -> number of targets
    snr_db: tuple[float, ...]
    labels: dict[str, tuple[str, ...]]  # background -> labels of its recordings; others: of any label

    _labeled = field_validator("labels")(labeled)


@section
class MixtureParams:
    """Params section `mixtures`."""

    seed: int
    backgrounds: tuple[str, ...]  # of the test, names in BACKGROUNDS
    pieces: dict[str, Count]  # background -> number of recordings that it mixes, instead of its own
    midpoint: Range  # where in the word the middle of the clip falls: 0 is its start, 1 its end
    level_db: Range  # rms of the mixture, dB re full scale
    silence_db: float  # rms, dB re full scale; a quieter excerpt is not used
    sequence: Sequence | None  # of isolated words; none: they are heard alone
    train: Draw
    validation: Draw
    test: Grid

    _registered = field_validator("backgrounds")(registered)
    _mixing = field_validator("pieces")(mixing)
