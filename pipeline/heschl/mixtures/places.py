"""Where the sounds of a split may come from, in clips with two channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from heschl.mixtures.check import MixtureError
from heschl.rooms.read import Rooms


@dataclass(frozen=True)
class Places:
    """The rooms of a split.

    folder     : of their impulse responses
    directions : label of each -> the places there, (room, number)
    counts     : of places, by room
    diffuse    : places that noise comes from at once
    seed       : of the order of the directions
    """

    folder: Path
    directions: dict[str, list[tuple[str, int]]]
    counts: dict[str, int]
    diffuse: int
    seed: tuple[int, ...]

    @classmethod
    def of(cls, split: str, folder: Path, seed: Sequence[int]) -> "Places":
        """Read the rooms of a split; raises MixtureError if it has none."""
        rooms = Rooms(folder)
        table = rooms.places()
        table = table[table.split == split]
        if not len(table):
            raise MixtureError(
                f"{folder} has no room for {split}, but clips have two channels. Make them: dvc repro rooms."
            )
        directions: dict[str, list[tuple[str, int]]] = {}
        for name, room, place in zip(table.direction, table.room, table.place.tolist(), strict=True):
            directions.setdefault(name, []).append((room, place))
        counts = table.groupby("room").size().to_dict()
        diffuse = rooms.about()["rooms"]["diffuse"]
        return cls(folder, dict(sorted(directions.items())), counts, diffuse, tuple(seed))

    def target(self, number: int, rng: np.random.Generator) -> tuple[str, str, int]:
        """Draw (direction, room, place) of the target of a number; every direction comes equally often."""
        turn, place = divmod(number, len(self.directions))
        direction = list(self.directions)[_order(self.seed, turn, len(self.directions))[place]]
        room, found = self.directions[direction][rng.integers(len(self.directions[direction]))]
        return direction, room, found

    def others(self, room: str, place: int, count: int, rng: np.random.Generator) -> tuple[int, ...]:
        """Draw places in a room other than that of the target, different ones if there are as many."""
        here = np.array([each for each in range(self.counts[room]) if each != place] or [place])
        return tuple(rng.choice(here, count, replace=count > len(here)).tolist())


@cache
def _order(seed: tuple[int, ...], turn: int, count: int) -> list[int]:
    return np.random.default_rng(np.random.SeedSequence([*seed, turn])).permutation(count).tolist()
