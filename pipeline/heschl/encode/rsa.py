"""Similarity of every layer with every region, participant by participant."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from heschl.activations.models import Model
from heschl.activations.names import NETWORK
from heschl.encode.columns import CEILINGS, RELIABILITIES
from heschl.encode.params import EncodeParams
from heschl.encode.regions import Region, regions
from heschl.encode.responses import Responses
from heschl.encode.similarity import ceiling, matrix, ranks, rho
from heschl.statistics import intervals

Matrices = dict[str, np.ndarray]  # layer -> (sounds, sounds)


class RegionMatrices(NamedTuple):
    """The matrices of the regions that have one.

    A region has a matrix for each participant with three voxels in it or, where there are no participants,
    for all its responses together.
    """

    matrices: dict[str, np.ndarray]  # region -> (participants, sounds, sounds)
    ranks: dict[str, list[np.ndarray]]  # region -> `similarity.ranks` of each participant
    people: dict[str, int]  # every region -> participants with a matrix


def region_matrices(responses: Responses) -> RegionMatrices:
    """Return the matrices of every region, from the mean of the repeats."""
    mean = responses.values.mean(axis=2)
    every = list(regions(responses))
    found = {region.name: _of_region(mean, region) for region in every}
    people = {region.name: len(found[region.name]) if region.people else 0 for region in every}
    matrices = {name: each for name, each in found.items() if len(each)}
    return RegionMatrices(
        matrices, {name: [ranks(one) for one in each] for name, each in matrices.items()}, people
    )


def _of_region(mean: np.ndarray, region: Region) -> np.ndarray:
    groups = [region.participants == person for person in np.unique(region.participants)]
    groups = groups or [np.ones(len(region.members), bool)]
    found = [matrix(mean[:, region.members[group]]) for group in groups]
    return np.array([each for each in found if each is not None])


def layer_matrices(model: Model) -> Matrices:
    """Return the matrix of each layer that has one."""
    found = {layer.name: matrix(model.features[layer.name]) for layer in model.layers}
    return {name: each for name, each in found.items() if each is not None}


def compare(model: Model, layers: Matrices, of_regions: RegionMatrices, params: EncodeParams) -> list[tuple]:
    """Return a row of similarity.csv for each layer and region: mean rho over participants, and its interval.

    layers : `layer_matrices` of the model
    """
    rows = []
    for layer in model.layers:
        if layer.name not in layers:
            continue
        ranked = ranks(layers[layer.name])
        for region, theirs in of_regions.ranks.items():
            values = np.array([rho(ranked, each) for each in theirs])
            ends = intervals.of_mean(values, params.resamples, params.confidence, params.seed)
            rows.append((model.name, *layer, region, float(values.mean()), *ends, of_regions.people[region]))
    return rows


def ceilings(of_regions: RegionMatrices) -> pd.DataFrame:
    """Return the noise ceiling of each region; nan for fewer than two participants."""
    found = of_regions.matrices
    rows = [
        (name, *(ceiling(found[name]) if name in found else (np.nan, np.nan)), people)
        for name, people in of_regions.people.items()
    ]
    columns = ["region", *(name for name in CEILINGS if name not in RELIABILITIES)]
    return pd.DataFrame(rows, columns=columns)


def shown_matrices(
    similarity: pd.DataFrame,
    layers: Matrices,
    of_regions: RegionMatrices,
    sounds: Sequence[str],
    categories: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return the matrices that the report shows: of each region and of the network's most similar layer.

    similarity : rows of `compare`, as a table
    layers     : `layer_matrices` of the trained network
    categories : (sounds,) str, by which the sounds are sorted
    returns    : "region:<name>" (mean over participants) and "layer:<name>", (sounds, sounds) float32; the
                 names of the sounds and their categories
    """
    order = np.argsort(categories, kind="stable")
    sort = np.ix_(order, order)
    found = {f"region:{name}": each.mean(axis=0)[sort] for name, each in of_regions.matrices.items()}
    trained = similarity[similarity["model"] == NETWORK]
    for name in of_regions.matrices:
        rows = trained[trained["region"] == name]
        layer = rows.loc[rows["rho"].idxmax(), "layer"]
        found[f"layer:{layer}"] = layers[layer][sort]
    arrays = {name: each.astype(np.float32) for name, each in found.items()}
    return arrays | {"sounds": np.array(sounds)[order], "categories": categories[order].astype(str)}
