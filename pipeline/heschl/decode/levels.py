"""Acoustic levels of a sound: its energy in frequency bands, and its power at spectrotemporal modulations."""

from collections.abc import Mapping
from functools import lru_cache, partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch

from heschl.activations.modulation import ModulationFilters, ModulationParams, by_filter
from heschl.activations.sounds import Sounds
from heschl.audio import FULL_SCALE, Sound, one_channel
from heschl.decode.params import DecodeParams
from heschl.ear.cochleagram import envelopes_of
from heschl.network.hearing import Hearing
from heschl.parallel import parallel_map, progress

CHUNK = 64  # sounds that a process filters at a time
FREQUENCY, MODULATION = "frequency", "modulation"
FLOOR = 1e-12  # of a filter's greatest power, the least that counts: the logarithm of 0 is not finite


class Levels(NamedTuple):
    """Levels that may be read out of a layer.

    columns : readout -> its bands or filters, in the order of the columns of `values`
    values  : (sounds, columns) float64
    """

    columns: Mapping[str, tuple[str, ...]]
    values: np.ndarray


def of_sounds(
    hearing: Hearing,
    sounds: Sounds,
    bank: ModulationParams,
    params: DecodeParams,
    batch_size: int,
    device: str = "cpu",
) -> Levels:
    """Return the levels of sounds: frequency in the network's cochleagram, modulation in the filter bank.

    device : of the network; the filter bank runs on the CPU
    """
    low = frequency(hearing, sounds.waveforms, params.bands, batch_size, device)
    high = modulation(bank, hearing.sound, one_channel(sounds.waveforms), batch_size)
    return Levels({**low.columns, **high.columns}, np.hstack([low.values, high.values]))


def frequency(
    hearing: Hearing, waveforms: np.ndarray, bands: int, batch_size: int, device: str = "cpu"
) -> Levels:
    """Return the time-averaged cochleagram in bands with equal numbers of rows, of two ears their mean.

    waveforms : (sounds, samples) or (sounds, ears, samples) int16
    device    : of the network
    """
    batches = torch.from_numpy(waveforms).split(batch_size)
    with torch.inference_mode():
        means = [
            envelopes_of(hearing.cochleagram(batch.to(device))).mean(dim=-1).cpu().double().numpy()
            for batch in progress(batches, len(batches), "frequency")
        ]
    rows = np.array_split(np.arange(means[0].shape[1]), min(bands, means[0].shape[1]))
    energy = np.concatenate(means)
    return Levels(
        {FREQUENCY: _band_names(hearing.ear.frequencies_hz, rows)},
        np.stack([energy[:, band].mean(axis=1) for band in rows], axis=1),
    )


def modulation(params: ModulationParams, sound: Sound, waveforms: np.ndarray, batch_size: int) -> Levels:
    """Return the log power at each rate and scale, averaged over frequency and summed over directions.

    waveforms : (sounds, samples) int16
    """
    measured = partial(_power, params=params, sound=sound, batch_size=batch_size)
    chunks = np.array_split(waveforms, -(-len(waveforms) // CHUNK))
    power = np.concatenate(parallel_map(measured, chunks, "modulation"))
    least = np.maximum(FLOOR * power.max(axis=0), np.finfo(float).tiny)
    return Levels({MODULATION: tuple(_bank(params, sound).names)}, np.log(np.maximum(power, least)))


def _power(waveforms: np.ndarray, params: ModulationParams, sound: Sound, batch_size: int) -> np.ndarray:
    """Return the power at each rate and scale, (sounds, rates x scales) float64.

    One thread computes it, so that every machine gives the same result.
    """
    bank, threads = _bank(params, sound), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        batches = torch.from_numpy(waveforms.astype(np.float32) / FULL_SCALE).split(batch_size)
        return np.concatenate(
            [by_filter(bank.of_cochleagrams(bank.cochleagrams(batch)).numpy()) for batch in batches]
        ).astype(np.float64)
    finally:
        torch.set_num_threads(threads)


@lru_cache(maxsize=1)
def _bank(params: ModulationParams, sound: Sound) -> ModulationFilters:
    return ModulationFilters(params, sound)


def _band_names(centers_hz: np.ndarray, bands: list[np.ndarray]) -> tuple[str, ...]:
    """Return the bands by their edges: halfway between neighboring rows, and the outermost rows' centers."""
    edges = [(centers_hz[low[-1]] + centers_hz[high[0]]) / 2 for low, high in pairwise(bands)]
    ends = [centers_hz[0], *edges, centers_hz[-1]]
    return tuple(f"{low:.0f}-{high:.0f} Hz" for low, high in pairwise(ends))
