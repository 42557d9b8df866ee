"""Where a curve of the experiment has its highest mean accuracy, and how sure that is."""

from typing import NamedTuple

import pandas as pd

from heschl.branch.columns import TOGETHER
from heschl.network.table import INPUT


class Optimum(NamedTuple):
    """The best branch point of a curve.

    after  : the last shared layer, or input;  shared : number of shared layers
    last   : the last branch point of the curve
    mean   : accuracy over tasks
    row    : all that is known of it
    often  : share of resamples in which this point is the best
    inside : share of resamples in which the best is neither the input nor the last branch point
    """

    after: str
    shared: int
    last: str
    mean: float
    row: pd.Series
    often: float
    inside: float


def above(best: Optimum) -> list[tuple[str, float, float, float]]:
    """Return how far the optimum is above the ends of its curve: what is there, difference, low, high."""
    moved = best.row.moved
    separate = "separate networks" if moved == TOGETHER else f"a separate network for {moved}"
    found = []
    for end, name in {"input": separate, "last": f"branches after {best.last}"}.items():
        value, low, high = (float(best.row[f"from_{end}{part}"]) for part in ("", "_low", "_high"))
        if low < high:  # the curve has that end, and it is another point
            found.append((name, value, low, high))
    return found


def optimum(rows: pd.DataFrame) -> Optimum:
    """Return the optimum of one curve; rows : after, shared, mean, best, as `measure.best` returns them."""
    top = rows.loc[rows["mean"].idxmax()]
    inside = (rows.after != INPUT) & (rows.shared < rows.shared.max())
    last, mean = rows.after[rows.shared.idxmax()], float(top["mean"])
    return Optimum(
        top.after, int(top.shared), last, mean, top, float(top.best), float(rows.best[inside].sum())
    )
