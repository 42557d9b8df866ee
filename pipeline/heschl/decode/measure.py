"""Read every target out of every layer of every model."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from heschl.activations.models import Model
from heschl.activations.names import NETWORK
from heschl.decode.params import DecodeParams
from heschl.decode.scores import Scores, score_layer
from heschl.decode.splits import SplitTarget
from heschl.decode.target_set import TargetSet
from heschl.parallel import parallel_map
from heschl.statistics import intervals

Row = dict[str, Any]


class Measured(NamedTuple):
    """Rows of the tables, {column: value} each."""

    readouts: list[Row]
    items: list[Row]


def measure(models: Iterable[Model], targets: TargetSet, params: DecodeParams) -> Measured:
    """Return the scores of every readout in every layer of every model.

    models : of the targets' sounds, one at a time in memory; shuffled values are scored for the trained
             network only
    """
    measured = Measured([], [])
    score = partial(score_layer, targets=targets.targets, test=params.test, seed=params.seed)
    for model in models:
        layers = [(model.features[layer.name], model.name == NETWORK) for layer in model.layers]
        every = parallel_map(score, layers, f"decode {model.name}")
        for layer, scores in zip(model.layers, every, strict=True):
            place = {"model": model.name, "layer": layer.name, "branch": layer.branch, "depth": layer.depth}
            units = {"units": model.units[layer.name]}
            for target, each in zip(targets.targets, scores, strict=True):
                measured.readouts.extend(place | units | row for row in _readout_rows(target, each, params))
                measured.items.extend(place | row for row in _item_rows(target, each))
    return measured


def _columns(target: SplitTarget) -> Iterator[tuple[str, list[str], slice]]:
    """Yield each readout of a target, its bands or filters, and their columns."""
    start = 0
    for readout, names in target.target.columns.items():
        yield readout, list(names), slice(start, start + len(names))
        start += len(names)


def _readout_rows(split_target: SplitTarget, scores: Scores, params: DecodeParams) -> Iterator[Row]:
    """Yield a row of readouts.csv for each readout of a target: mean over splits of the mean over columns."""
    target = split_target.target
    fitted, scored = (np.mean([len(split[side]) for split in split_target.splits]) for side in (0, 1))
    lowest = 0.0 if target.measure == "accuracy" else -np.inf
    known = {"measure": target.measure, "chance": target.chance, "sources": target.sources}
    known |= {"n": len(target.rows), "splits": len(scores.true)}
    for readout, _, columns in _columns(split_target):
        row = {"readout": readout} | known
        for values, names in (
            (scores.true, ("value", "low", "high")),
            (scores.shuffled, ("shuffled", "shuffled_low", "shuffled_high")),
        ):
            if len(values):
                each = values[:, columns].mean(axis=1)
                ends = intervals.over_splits(each, scored / fitted, params.confidence, lowest, 1.0)
                row |= dict(zip(names, (float(each.mean()), *ends), strict=True))
        yield row


def _item_rows(target: SplitTarget, scores: Scores) -> Iterator[Row]:
    """Yield a row of items.csv for each band or filter: its R2, mean over splits."""
    if target.target.measure == "r2":
        for readout, names, columns in _columns(target):
            for name, value in zip(names, scores.true[:, columns].mean(axis=0), strict=True):
                yield {"readout": readout, "item": name, "value": float(value)}
