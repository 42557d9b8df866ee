"""Late reverberation: the images of a room beyond its order, as noise with the energy that they would have.

Images fill space evenly, one in each volume of the room. From r = c t on, those of a source at 1 m have the
energy

    4 pi c / V  mean over directions of  product over walls of (1 - absorption) ** reflections

a second (after Kuttruff, Room Acoustics, chapter 4). A way r in the direction (x, y, z) has r |x| / length
reflections along x, in both walls in turn; between whole numbers the mean of both is taken, as over all
places of source and listener. Only ways with more than `order` reflections count. The noise comes from all
directions alike: it has the spectrum of the head in a diffuse field, and the coherence of its ears.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import fft

from heschl.acoustics.head import Head, rings
from heschl.acoustics.room import CHUNK, Room
from heschl.acoustics.sphere import SPEED
from heschl.acoustics.walls import OCTAVES_HZ, absorption

BANDS_HZ = OCTAVES_HZ[0] * 2 ** (np.arange(3 * len(OCTAVES_HZ) - 2) / 3)  # centers of thirds of octaves
STEPS = 24  # of height and of azimuth, between directions
STEP_DEG = 4.0  # between directions of the diffuse field
GRID_S = 0.002  # between times


class Energy(NamedTuple):
    """Energy of a room's images beyond its order, of a source at 1 m.

    times : since the sound left the source, (times,) s
    bands : energy a second around each of BANDS_HZ, (bands, times)
    """

    times: np.ndarray
    bands: np.ndarray


def energy(room: Room, until_s: float) -> Energy:
    """Return the energy of the images that a room of this order leaves out, up to a time in seconds."""
    times = np.arange(0, until_s + GRID_S, GRID_S)
    if room.order == 0:  # no walls
        return Energy(times, np.zeros((len(BANDS_HZ), len(times))))
    vectors, weights = _octant()
    hits = SPEED * times[:, None, None] * vectors / room.size_m  # (times, directions, axes)
    beyond = hits.sum(axis=-1) > room.order + 0.5
    before = hits.astype(int)
    part, most = hits - before, int(before.max()) + 2
    found = np.ones((len(BANDS_HZ), *beyond.shape))
    for axis, pair in enumerate(room.walls.pairs):
        kept = _kept(*(absorption(room.materials[name], BANDS_HZ) for name in pair), most)
        less, more = kept[:, before[..., axis]], kept[:, before[..., axis] + 1]
        found *= less + part[..., axis] * (more - less)
    return Energy(times, 4 * np.pi * SPEED / np.prod(room.size_m) * ((found * beyond) @ weights))


def _octant() -> tuple[np.ndarray, np.ndarray]:
    """Return directions in an eighth of the sphere, (directions, 3), and their shares of it, (directions,).

    They are denser along the walls, where late sound is left if the others absorb more.
    """
    middles = (np.arange(STEPS) + 0.5) / STEPS
    heights, turns = middles**2, 3 * middles**2 - 2 * middles**3  # and the slopes of both are their shares
    shares = np.outer(6 * middles * (1 - middles), 2 * middles) / STEPS**2
    height, angle = np.meshgrid(heights, np.pi / 2 * turns)
    level = np.sqrt(1 - height**2)
    vectors = np.stack([level * np.cos(angle), level * np.sin(angle), height], axis=-1)
    return vectors.reshape(-1, 3), shares.ravel() / shares.sum()


def _kept(first: np.ndarray, second: np.ndarray, most: int) -> np.ndarray:
    """Return the energy that 0 to `most` reflections in two walls in turn leave, (bands, 1 + most).

    first, second : absorption, (bands,); either wall may be the first
    """
    number, one, other = np.arange(most + 1), 1 - first[:, None], 1 - second[:, None]
    half, rest = number // 2, (number + 1) // 2
    return (one**half * other**rest + one**rest * other**half) / 2


def tail(head: Head, late: Energy, distance_m: float, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return late reverberation at the ears, (ears, samples) float64.

    It is to be added to a response of `room.impulse_response`, in whose units it is.

    late       : of the room, up to the end of the response
    distance_m : of the source, whose direct sound arrives at the first sample
    """
    if not late.bands.any():  # no walls that reflect so often
        return np.zeros((2, samples))
    size = fft.next_fast_len(samples, real=True)
    since = np.arange(size) / head.rate + distance_m / SPEED
    spectra = fft.rfft(rng.standard_normal((2, size)))
    found = np.zeros((2, size))
    for gains, band in zip(_bands(fft.rfftfreq(size, 1 / head.rate)), late.bands, strict=True):
        level = head.distance_m * np.sqrt(np.interp(since, late.times, band) / head.rate)
        found += fft.irfft(spectra * gains, size) * level
    return _diffuse(head, found[:, :samples])


def _bands(hz: np.ndarray) -> np.ndarray:
    """Return the gains of bands at frequencies, (bands, bins), which sum to 1."""
    places = (3 * np.log2(np.maximum(hz, 1.0) / BANDS_HZ[0])).clip(0, len(BANDS_HZ) - 1)
    apart = np.abs(places - np.arange(len(BANDS_HZ))[:, None])
    return np.square(np.cos(np.pi / 2 * np.minimum(apart, 1)))


def _diffuse(head: Head, noise: np.ndarray) -> np.ndarray:
    """Return two independent noises (ears, samples) as the ears hear sound from everywhere."""
    samples = noise.shape[1]
    size = fft.next_fast_len(samples + head.responses.shape[-1], real=True)
    one, other = fft.rfft(noise, size)
    known, places = _field(head), fft.rfftfreq(size)
    left, right, across = (np.interp(places, known[0], gains) for gains in known[1:])
    return fft.irfft(np.stack([left * one, across * one + right * other]), size)[:, :samples]


@lru_cache(maxsize=4)
def _field(head: Head) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the gains that give noises the spectra and the coherence of a diffuse field, (bins,) each.

    bins                : cycles a sample
    left, right, across : left ear from the first noise; right ear from the second and from the first, complex
    """
    size = fft.next_fast_len(4 * head.responses.shape[-1], real=True)
    nearest, counts = np.unique(head.nearest(rings(STEP_DEG)), return_counts=True)
    powers, both = np.zeros((2, size // 2 + 1)), np.zeros(size // 2 + 1, complex)
    for start in range(0, len(nearest), CHUNK):
        spectra = fft.rfft(head.responses[nearest[start : start + CHUNK]], size)
        shares = counts[start : start + CHUNK] / counts.sum()
        powers += np.einsum("d,def->ef", shares, np.abs(spectra) ** 2)
        both += shares @ (spectra[:, 1] * np.conj(spectra[:, 0]))
    left = np.sqrt(np.maximum(powers[0], np.finfo(float).tiny))
    across = both / left
    right = np.sqrt(np.maximum(powers[1] - np.abs(across) ** 2, 0))
    return fft.rfftfreq(size), left, right, across
