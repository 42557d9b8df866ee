"""Clips that training mixes anew in every epoch, from targets and backgrounds that the shards hold apart.

epoch 0    target 0 + background 7 at 3.1 dB    target 1 + background 4 at -2.0 dB    target 2 clean
epoch 1    target 0 + background 2 at 0.4 dB    target 1 clean                        target 2 + ...

Each target gets the background of another clip of the same task in the same room, an SNR and a level. All
are drawn for a whole epoch from (seed, epoch), so that they do not depend on batches, processes or an
interruption.
"""

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from heschl.audio import FULL_SCALE, PEAK
from heschl.shards.index import ShardError, remedy
from heschl.shards.read import Shards, channels_of

TARGET, BACKGROUND = 0, 1  # parts of a clip
STREAM = 5  # of random numbers, apart from that of the order of clips


class Draws(NamedTuple):
    """What is drawn for every clip of an epoch, (clips,) each."""

    backgrounds: np.ndarray  # number of the clip whose background is taken
    gains: np.ndarray  # of the background, re the rms of the target; 0 for a clip without background
    levels: np.ndarray  # rms of the mixture, 1 is full scale


class Remix:
    """Mixtures of the targets of a split, new ones in every epoch.

    A target keeps its own background where the one drawn contains the target's source, or comes from the
    target's place. Where no clip of a task in a room has a background, its clips are clean.

    shards : of clips with two parts, target and background
    seed   : of the draws
    raises : ShardError if the index does not say how clips are mixed
    """

    def __init__(self, shards: Shards, seed: int):
        self.shards, self.seed = shards, seed
        self.rule = _rule(shards)
        self.groups, self.masked, self.own, self.maskers = _clips_of(shards)
        self._drawn: dict[int, Draws] = {}  # of the epoch that was read last

    def waveforms(self, numbers: np.ndarray, epoch: int) -> np.ndarray:
        """Return the mixtures of an epoch by the numbers of their targets, float32.

        returns : (clips, samples), or with two channels (clips, ears, samples)
        """
        drawn, samples = self.draws(epoch), self.shards.sound.values
        # one clip at a time stays in the processor's cache
        mixed, work = np.empty((len(numbers), samples), np.float32), np.empty((2, samples), np.float32)
        target, background = np.empty((2, samples), "<i2")
        pairs = [(number, drawn.backgrounds[number]) for number in numbers.tolist()]
        self.shards.fetch(each for own, other in pairs for each in ((own, TARGET, 1), (other, BACKGROUND, 1)))
        for clip, (number, donor) in zip(mixed, pairs, strict=True):
            self.shards.read(number, target, TARGET)
            self.shards.read(donor, background, BACKGROUND)
            mix(target, background, drawn.gains[number], drawn.levels[number], clip, work)
        return channels_of(mixed, self.shards.sound)

    def draws(self, epoch: int) -> Draws:
        """Return what is drawn for every clip of an epoch."""
        if epoch not in self._drawn:
            self._drawn = {epoch: self._draw(epoch)}
        return self._drawn[epoch]

    def _draw(self, epoch: int) -> Draws:
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, epoch, STREAM]))
        count, backgrounds = len(self.groups), self._backgrounds(rng)
        gains = _ratio(-_from(self.rule["snr_db"], rng, count))
        gains[(rng.random(count) < self.rule["clean"]) | ~self.masked[backgrounds]] = 0
        return Draws(backgrounds, gains, _ratio(_from(self.rule["level_db"], rng, count)))

    def _backgrounds(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the clip whose background each target gets: all of them equally often, (clips,)."""
        backgrounds = np.arange(len(self.groups), dtype=np.int32)
        for group in np.unique(self.groups):
            mine = np.flatnonzero(self.groups == group).astype(np.int32)
            donors = mine[self.masked[mine]]
            if len(donors):
                turns = -(-len(mine) // len(donors))
                drawn = np.concatenate([rng.permutation(donors) for _ in range(turns)])[: len(mine)]
                backgrounds[mine] = rng.permutation(drawn)
        for number in self._conflicts(backgrounds):
            backgrounds[number] = number
        return backgrounds

    def _conflicts(self, backgrounds: np.ndarray) -> np.ndarray:
        """Return the targets whose source or place is in the background drawn for them."""
        same = np.zeros(len(backgrounds), bool)
        for own in self.own.T:
            for heard in self.maskers.T:
                same |= heard[backgrounds] == own
        return np.flatnonzero(same)


def _clips_of(shards: Shards) -> tuple[np.ndarray, ...]:
    """Return what the rows of all clips say, as numbers: 10 bytes a clip, and 4 for each of its maskers.

    returns : group of task and room, in alphabetical order (clips,); whether there is a background (clips,);
              the target's source and place, -1 for none (clips, 2); sources and places in the background,
              filled up with -2 (clips, most)
    """
    kinds: dict[tuple[str, str], int] = {}
    names: dict[str, int] = {}  # of sources and places
    groups, masked, own, maskers, counts = array("i"), array("b"), array("i"), array("i"), array("i")
    for clip in range(len(shards)):
        row = shards.record(clip)
        kind = row["task"], row.get("room", "")  # clips with one channel have no room
        groups.append(kinds.setdefault(kind, len(kinds)))
        masked.append(bool(row["background_sources"] or row["shape_files"]))
        own.extend(_numbers([row["source"], row.get("place")], names))
        heard = _numbers({*row["background_sources"], *row.get("background_places", ())}, names)
        maskers.extend(heard)
        counts.append(len(heard))
    order = {kinds[kind]: place for place, kind in enumerate(sorted(kinds))}
    padded = np.full((len(counts), max(counts, default=0)), -2, np.int32)
    padded[np.arange(padded.shape[1]) < np.asarray(counts)[:, None]] = maskers
    places = np.array([order[group] for group in range(len(order))], np.min_scalar_type(len(order)))
    ordered = places[np.asarray(groups)]
    return ordered, np.asarray(masked).view(bool), np.asarray(own).reshape(-1, 2), padded


def _numbers(texts: Iterable[str | None], names: dict[str, int]) -> list[int]:
    """Return a number for each text, the same for equal ones; -1 for None."""
    return [-1 if text is None else names.setdefault(text, len(names)) for text in texts]


def mix(
    target: np.ndarray, background: np.ndarray, gain: float, level: float, out: np.ndarray, work: np.ndarray
) -> None:
    """Write a mixture, in [-1, 1], to `out`.

    target, background : (samples,), int16 or float32, at any level
    gain               : of the background, in units of the rms of the target
    level              : rms of the mixture; lower where its peak would exceed full scale
    out                : (samples,) float32
    work               : (2, samples) float32, overwritten
    """
    heard, squares = work
    heard[:], out[:] = target, background
    out *= np.float32(gain * _rms(heard, squares) / max(_rms(out, squares), 1.0 / FULL_SCALE))
    out += heard
    loudest = max(out.max(), -out.min(), 1e-9)
    out *= np.float32(min(level / max(_rms(out, squares), 1e-9), PEAK / loudest))


def _rms(waveform: np.ndarray, squares: np.ndarray) -> float:
    return float(np.sqrt(np.square(waveform, out=squares).mean()))


def _rule(shards: Shards) -> dict[str, Any]:
    """Return how the clips of a split are mixed, as the index records it: snr_db, clean, level_db."""
    mixtures = shards.index["params"].get("mixtures", {})
    rule = mixtures.get(shards.split, {})
    try:
        return {"snr_db": rule["snr_db"], "clean": rule["clean"], "level_db": mixtures["level_db"]}
    except KeyError as error:
        raise ShardError(
            f"{shards.folder}: the index does not record mixtures.{shards.split}, {error} is missing: the "
            f"targets cannot be mixed with backgrounds. {remedy(shards.folder)}"
        ) from None


def _ratio(levels_db: np.ndarray) -> np.ndarray:
    """Return dB as ratios of amplitudes, in place."""
    levels_db /= 20
    return np.power(10.0, levels_db, out=levels_db)


def _from(values: Mapping[str, float] | list[float], rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw numbers from a range, {low, high}, or from a list: (count,)."""
    if isinstance(values, Mapping):
        return rng.uniform(values["low"], values["high"], count)
    return rng.choice(np.asarray(values, float), count)
