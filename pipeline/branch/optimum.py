"""Where a curve of the experiment has its highest mean accuracy, and how sure that is."""

from typing import NamedTuple

import pandas as pd

from pipeline.network.table import INPUT


class Optimum(NamedTuple):
    """The best branch point of a curve.

    after  : the last shared layer, or input;  shared : number of shared layers
    mean   : accuracy over tasks
    often  : share of resamples in which this point is the best
    inside : share of resamples in which the best is neither the input nor the last layer
    """

    after: str
    shared: int
    mean: float
    often: float
    inside: float


def optimum(rows: pd.DataFrame) -> Optimum:
    """Return the optimum of one curve; rows : after, shared, mean, best, as `measure.best` returns them."""
    top = rows.loc[rows["mean"].idxmax()]
    inside = (rows.after != INPUT) & (rows.shared < rows.shared.max())
    return Optimum(
        top.after, int(top.shared), float(top["mean"]), float(top.best), float(rows.best[inside].sum())
    )
