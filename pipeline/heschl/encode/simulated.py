"""SIMULATED responses, which show the analysis without brain data: known layers drive them, with noise."""

from collections.abc import Mapping

import numpy as np

from heschl.activations.layers import LayersError
from heschl.encode.params import SimulatedParams
from heschl.encode.responses import Responses, clean
from heschl.encode.sources import SIMULATED

CONSTANT = (
    1e-9  # largest singular value, as a share of the largest feature, below which a layer does not vary
)


def simulate(
    features: Mapping[str, np.ndarray], sounds: tuple[str, ...], params: SimulatedParams, seed: int
) -> Responses:
    """Return, for each region, random sums of a layer's first principal components, plus noise.

    A voxel without noise has variance 1. The noise of each repeat is such that the mean over repeats has the
    reliability of the params.
    features : layer -> (sounds, features), time-averaged, of the trained network
    raises   : LayersError where a region's layer does not exist or does not vary
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
                f"encode.simulated.regions.{region}: the layer {layer!r} is not among those measured, "
                f"{', '.join(features)}. Name one of these, or add it to activations.names."
            )
        for person, name in enumerate(people):
            rng = np.random.default_rng(np.random.SeedSequence([seed, place, person]))
            signal = np.zeros((len(sounds), params.voxels))
            if layer is not None:
                signal = drive(axes[layer], params.voxels, rng)
            share = params.reliability if layer is not None else 0.0
            values.append(_noisy(signal, share, params.repeats, rng))
            regions += [region] * params.voxels
            participants += [name] * params.voxels
    names = tuple(
        f"{person}-{region}-{n % params.voxels + 1}"
        for n, (person, region) in enumerate(zip(participants, regions, strict=True))
    )
    return clean(
        sounds, np.concatenate(values, axis=1), names, np.array(participants), np.array(regions), SIMULATED
    )


def components(layer: str, features: np.ndarray, number: int) -> np.ndarray:
    """Return the first principal components of (sounds, features): (sounds, number).

    raises : LayersError where the layer does not vary
    """
    centered = features.astype(np.float64) - features.mean(axis=0)
    left, strengths, _ = np.linalg.svd(centered, full_matrices=False)
    if strengths[0] <= CONSTANT * np.abs(features).max():
        raise LayersError(
            f"encode.simulated.regions: layer {layer!r} is the same for all sounds and cannot drive a "
            "response. Name another layer."
        )
    return (left * strengths)[:, :number]


def drive(axes: np.ndarray, voxels: int, rng: np.random.Generator) -> np.ndarray:
    """Return random sums of (sounds, components), each with variance 1: (sounds, voxels)."""
    sums = axes @ rng.standard_normal((axes.shape[1], voxels))
    return (sums - sums.mean(axis=0)) / sums.std(axis=0)


def _noisy(signal: np.ndarray, reliability: float, repeats: int, rng: np.random.Generator) -> np.ndarray:
    """Return (sounds, voxels, repeats) whose mean over repeats has this share of signal variance.

    A reliability of 0 gives noise of variance 1 alone.
    """
    noise = rng.standard_normal((*signal.shape, repeats))
    scale = np.sqrt(repeats * (1 - reliability) / reliability) if reliability > 0 else 1.0
    return signal[..., None] + noise * scale
