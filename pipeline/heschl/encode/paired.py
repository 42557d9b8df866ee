"""Is the network better than another model? Paired tests on the same splits and the same sounds.

    difference  = r2 of the network's best layer - r2 of the other model's, mean over splits
    error       = squared error of the other model - that of the network, mean over sounds

Best layers are chosen within each split, on the fitted sounds (`best_layer`). A region's value is the median
over its responses or, with participants, the mean over participants of their medians, as in `regions`.
The verdict is that of the differences over splits (`paired.over_splits`), because it finds few differences
between equally good models. Errors of single sounds come from models fitted to overlapping sounds and vary
together, so that random signs of them (`paired.over_units`) find too many: docs/encode.md has the numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heschl.encode.best_layer import best_layer
from heschl.encode.columns import BETTER, PAIRED, UNCLEAR, WORSE
from heschl.encode.params import EncodeParams
from heschl.encode.regions import Region, over_responses
from heschl.encode.responses import ALL
from heschl.encode.scores import ModelScores
from heschl.statistics import paired
from heschl.statistics.partition import Partition


def table(
    models: Sequence[ModelScores],
    regions: Sequence[Region],
    splits: Sequence[Partition],
    params: EncodeParams,
) -> pd.DataFrame:
    """Return a row for each other model and region: the network's difference from it, PAIRED.

    models  : the network first
    columns : p_holm, p corrected over a model's regions (`paired.holm`); the region of all responses, which
              contains the others, is not among them and keeps its p
              verdict, of the network: better, worse, or unclear, by p_holm at 1 - encode.confidence
    """
    network, *others = models
    tables = [_compared(network, other, regions, splits, params) for other in others]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(PAIRED))


def _compared(
    network: ModelScores,
    other: ModelScores,
    regions: Sequence[Region],
    splits: Sequence[Partition],
    params: EncodeParams,
) -> pd.DataFrame:
    sides = [(best_layer(each.scores.r2, each.scores.error).r2, each.square) for each in (network, other)]
    ratio, rows = len(splits[0].score) / len(splits[0].fit), []
    for region in regions:
        (r2, square), (other_r2, other_square) = (
            [over_responses(values, region).astype(float) for values in side] for side in sides
        )
        error = other_square - square
        by_split = paired.over_splits(r2 - other_r2, ratio, params.confidence)
        error = error[np.isfinite(error)]
        by_sound = paired.over_units(error, params.resamples, params.confidence, params.seed)
        rows.append((region.name, other.name, r2.mean(), other_r2.mean(), *by_split, *by_sound))
    columns = [name for name in PAIRED if name not in ("p_holm", "verdict")]
    found = pd.DataFrame(rows, columns=columns).assign(p_holm=lambda found: found["p"])
    parts = found["region"] != ALL
    found.loc[parts, "p_holm"] = paired.holm(found.loc[parts, "p"].to_numpy())
    told = found["p_holm"] < 1 - params.confidence
    sign = np.where(found["difference"] > 0, BETTER, WORSE)
    return found.assign(verdict=np.where(told, sign, UNCLEAR))[list(PAIRED)]


def metrics(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the difference, its interval, p_holm and the verdict, by region and model; of `table`."""
    out: dict[str, dict[str, Any]] = {}
    for row in table.to_dict("records"):
        values: Mapping[str, Any] = {
            name: row[name] for name in ("difference", "low", "high", "p_holm", "verdict")
        }
        out.setdefault(row["region"], {})[row["model"]] = values
    return out
