"""SIMULATED responses, to show the analysis where there is no brain data: known layers drive them, with known noise."""

from collections.abc import Mapping

import numpy as np

from pipeline.activations.features import LayersError
from pipeline.encode.regression import SimulatedParams
from pipeline.encode.responses import Responses, clean


def simulate(
    features: Mapping[str, np.ndarray], sounds: tuple[str, ...], params: SimulatedParams, seed: int
) -> Responses:
    """Return responses to the sounds: in each region, random sums of the first principal components of a layer, and noise.

    A voxel without noise has variance 1; noise of each repeat is such that the mean of the repeats has the reliability of the params.
    features : layer -> (sounds, units), time-averaged, of the trained network
    raises   : LayersError where a region's layer is not there
    """
    people = [f"simulated-{n + 1}" for n in range(params.participants)]
    axes = {
        layer: components(layer, features[layer], params.dimensions)
        for layer in set(params.regions.values()) & set(features)
    }
    values, regions, participants = [], [], []
    for place, (region, layer) in enumerate(params.regions.items()):
        if layer is not None and layer not in features:
            raise LayersError(
                f"encode.simulated.regions.{region}: there is no layer {layer!r} among those that are looked at, {', '.join(features)}. "
                f"Name one of these in encode.simulated.regions, or more in layers.names."
            )
        for person, name in enumerate(people):
            rng = np.random.default_rng(np.random.SeedSequence([seed, place, person]))
            signal = (
                drive(axes[layer], params.voxels, rng)
                if layer is not None
                else np.zeros((len(sounds), params.voxels))
            )
            share = params.reliability if layer is not None else 0.0
            values.append(_noisy(signal, share, params.repeats, rng))
            regions += [region] * params.voxels
            participants += [name] * params.voxels
    names = tuple(
        f"{person}-{region}-{n % params.voxels + 1}"
        for n, (person, region) in enumerate(zip(participants, regions, strict=True))
    )
    return clean(
        sounds, np.concatenate(values, axis=1), names, np.array(participants), np.array(regions), "simulated"
    )


def components(layer: str, features: np.ndarray, number: int) -> np.ndarray:
    """Return the first principal components of (sounds, units): (sounds, number); LayersError where no unit varies."""
    left, strengths, _ = np.linalg.svd(
        features.astype(np.float64) - features.mean(axis=0), full_matrices=False
    )
    if strengths[0] <= 1e-9 * np.abs(features).max():
        raise LayersError(
            f"encode.simulated.regions: layer {layer!r} is the same for all sounds, and can drive nothing; name another."
        )
    return (left * strengths)[:, :number]


def drive(axes: np.ndarray, voxels: int, rng: np.random.Generator) -> np.ndarray:
    """Return random sums of (sounds, components), each of variance 1: (sounds, voxels)."""
    sums = axes @ rng.standard_normal((axes.shape[1], voxels))
    return (sums - sums.mean(axis=0)) / sums.std(axis=0)


def _noisy(signal: np.ndarray, reliability: float, repeats: int, rng: np.random.Generator) -> np.ndarray:
    """Return (sounds, voxels, repeats) whose mean over repeats has this share of signal in its variance; 0: noise of variance 1 alone."""
    noise = rng.standard_normal((*signal.shape, repeats))
    return signal[..., None] + noise * (
        np.sqrt(repeats * (1 - reliability) / reliability) if reliability > 0 else 1.0
    )
