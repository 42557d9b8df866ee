"""Similarity of every layer with every region, participant by participant."""

import numpy as np
import pandas as pd

from pipeline.activations.models import Model
from pipeline.encode.regions import Region, interval, regions
from pipeline.encode.regression import EncodeParams
from pipeline.encode.responses import Responses
from pipeline.encode.similarity import ceiling, matrix, ranks, rho

COLUMNS = ["model", "layer", "branch", "depth", "region", "rho", "low", "high", "participants"]


class Geometry:
    """The matrices of the regions, to which those of models are compared one by one.

    A region is compared in those participants who have three voxels in it, or, where there are no participants, as a whole.
    """

    def __init__(self, responses: Responses, params: EncodeParams):
        self.params = params
        mean = responses.values.mean(axis=2)
        found = {region.name: _matrices(mean, region) for region in regions(responses)}
        self.people = {
            region.name: len(found[region.name]) if region.people else 0 for region in regions(responses)
        }
        self.regions = {name: matrices for name, matrices in found.items() if len(matrices)}
        self.ranks = {name: [ranks(each) for each in matrices] for name, matrices in self.regions.items()}
        self.names, self.rows, self.kept = responses.sounds, [], {}

    def add(self, model: Model, keep: bool) -> None:
        """Compare each layer of a model with each region; `keep` the layers' matrices."""
        for layer in model.layers:
            own = matrix(model.features[layer.name])
            if own is None:
                continue
            if keep:
                self.kept[layer.name] = own
            ranked = ranks(own)
            for region, theirs in self.ranks.items():
                values = np.array([rho(ranked, each) for each in theirs])
                ends = interval(values, self.params.resamples, self.params.confidence, self.params.seed)
                self.rows.append(
                    (model.name, *layer, region, float(values.mean()), *ends, self.people[region])
                )

    def table(self) -> pd.DataFrame:
        """Return a row for each model, layer and region: mean rho over participants, and its interval."""
        return pd.DataFrame(self.rows, columns=COLUMNS)

    def ceilings(self) -> pd.DataFrame:
        """Return the noise ceiling of each region; nan where there are not two participants."""
        rows = [
            (name, *(ceiling(self.regions[name]) if name in self.regions else (np.nan, np.nan)), people)
            for name, people in self.people.items()
        ]
        return pd.DataFrame(rows, columns=["region", "lower", "upper", "participants"])

    def matrices(self, categories: np.ndarray) -> dict[str, np.ndarray]:
        """Return the matrix of each region, mean over participants, and of the kept layer that is most like it; sounds by category."""
        order = np.argsort(categories, kind="stable")
        cut = np.ix_(order, order)
        found = {f"region:{name}": matrices.mean(axis=0)[cut] for name, matrices in self.regions.items()}
        table = self.table()
        for name in self.regions:
            rows = table[
                (table["region"] == name)
                & table["layer"].isin(list(self.kept))
                & (table["model"] == table["model"].iloc[0])
            ]
            layer = rows.loc[rows["rho"].idxmax(), "layer"]
            found[f"layer:{layer}"] = self.kept[layer][cut]
        arrays = {name: each.astype(np.float32) for name, each in found.items()}
        return arrays | {"sounds": np.array(self.names)[order], "categories": categories[order].astype(str)}


def _matrices(mean: np.ndarray, region: Region) -> np.ndarray:
    """Return the matrices of a region's participants, (participants, sounds, sounds), or one of all its responses."""
    groups = [region.participants == person for person in np.unique(region.participants)] or [
        np.ones(len(region.members), bool)
    ]
    found = [matrix(mean[:, region.members[group]]) for group in groups]
    return np.array([each for each in found if each is not None])
