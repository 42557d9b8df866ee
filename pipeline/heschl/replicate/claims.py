"""Statements about one training, each true or false, of which only those may be claimed that hold in all.

A statement compares intervals where there are any: "above" means that the lower end of one lies above the
upper end of the other, or above chance.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from heschl.activations.names import MODULATION, NETWORK, PERMUTED, UNTRAINED
from heschl.behavior.verdicts import order_sign
from heschl.encode.columns import COMPONENTS
from heschl.mixtures.row import CLEAN
from heschl.replicate.quantities import Row, comparisons
from heschl.replicate.results import Results

ORDERS = {  # rank correlation in behavior.json -> end of the claim's name, what is ranked
    "backgrounds_rho": ("", "backgrounds are"),
    "thresholds_rho": ("_of_thresholds", "backgrounds, by their thresholds, are"),
}
CONTROLS = (UNTRAINED, PERMUTED, MODULATION)
Claim = tuple[str, str, str, bool]  # stage, name, statement, whether it holds


def claims(found: Results) -> Iterator[Row]:
    """Yield every statement about a training: stage, name, title, holds."""
    for about in (_accuracy, _directions, _listeners, _readouts, _regions, _localized):
        for stage, name, title, holds in about(found):
            yield {"stage": stage, "name": name, "title": title, "holds": holds}


def _accuracy(found: Results) -> Iterator[Claim]:
    for task in found.tasks:
        chance, conditions = found.behavior["chance"][task], found.behavior.get(task, {})
        if CLEAN in conditions:
            above = not found.behavior["at_chance"].get(task, {}).get("at_chance", False)
            yield (
                "behavior",
                f"{task}_above_chance",
                f"the {task} in clean clips is named above chance",
                above,
            )
        noisy = [_by_snr(group) for name, group in conditions.items() if name != CLEAN]
        if not noisy:
            continue
        yield (
            "behavior", f"{task}_above_chance_in_noise",
            f"the {task} is named above chance in every background at the highest SNR",
            all(_above(levels[-1], "top1", chance) for levels in noisy),
        )  # fmt: skip
        yield (
            "behavior", f"{task}_rises_with_snr",
            f"the {task} is named more often at the highest than at the lowest SNR in every background",
            all(levels[-1]["top1"] > levels[0]["top1"] for levels in noisy),
        )  # fmt: skip


def _directions(found: Results) -> Iterator[Claim]:
    clean = found.directions[(found.directions.background == CLEAN) & (found.directions.half == "all")]
    for row in clean.itertuples():
        high = row.great_circle if pd.isna(row.great_circle_high) else row.great_circle_high
        title = f"{row.task}: directions of clean clips are named with smaller errors than by chance"
        yield "behavior", f"{row.task}_error_below_chance", title, bool(high < row.chance)


def _localized(found: Results) -> Iterator[Claim]:
    for row in found.localized.claims.itertuples():
        name = "_".join([row.experiment, *re.findall(r"\w+", row.claim)])
        yield "localize", name, f"{row.title.removeprefix('control: ')}: {row.claim}", bool(row.holds)


def _listeners(found: Results) -> Iterator[Claim]:
    for group, task, compared in comparisons(found):
        of = f"{task} accuracy of {group} listeners"
        name = f"{group}_{task}"
        if compared.get("r") is not None:
            above = _above(compared, "r", 0.0)
            yield "behavior", f"{name}_correlates", f"accuracy correlates with the {of}", above
        for by, (suffix, noun) in ORDERS.items():
            if compared.get(f"{by}_low") is not None:
                title, sign = f"{noun} ranked in an order {{}} that of the {of}", order_sign(compared, by)
                yield "behavior", f"{name}_same_order{suffix}", title.format("similar to"), sign > 0
                yield "behavior", f"{name}_opposite_order{suffix}", title.format("opposite to"), sign < 0


def _readouts(found: Results) -> Iterator[Claim]:
    for readout in found.readout_names:
        top = found.best(readout, NETWORK)
        if top is None:
            continue
        if not np.isnan(top.chance):
            floor = np.nanmax([top.chance, top.shuffled_high])
            above = _low(top, "value") > floor
            yield "decode", f"{readout}_above_chance", f"{readout} is read out above chance", bool(above)
        yield from _controls(
            "decode", readout, f"{readout} is read out better than from", top, "value",
            lambda model, readout=readout: found.best(readout, model),
        )  # fmt: skip
        if readout in found.tasks:
            title = f"{readout} is read out best from the {readout} branch"
            yield "decode", f"{readout}_in_branch", title, top.branch == readout


def _regions(found: Results) -> Iterator[Claim]:
    for _, row in found.predicted(NETWORK).iterrows():

        def other(model: str, region: str = row.region) -> pd.Series | None:
            rows = found.predicted(model)
            rows = rows[rows.region == region]
            return rows.iloc[0] if len(rows) else None

        title = f"{region_title(row.region)} predicted better than by"
        yield from _controls("encode", row.region, title, row, "r2", other)


def _controls(
    stage: str, name: str, title: str, top: pd.Series, value: str,
    best: Callable[[str], pd.Series | None],
) -> Iterator[Claim]:  # fmt: skip
    """Yield, for every control that has a value, whether the network lies above it."""
    for model in CONTROLS:
        row = best(model)
        if row is not None:
            control = "modulation filters" if model == MODULATION else f"the {model} network"
            better = bool(_low(top, value) > (row[value] if pd.isna(row.high) else row.high))
            yield stage, f"{name}_above_{model}", f"{title} {control}", better


def region_title(region: str) -> str:
    """Return a region or component as the subject of a sentence, with its verb."""
    return "all responses are" if region == "all" else f"{COMPONENTS.get(region, region)} is"


def _low(row: pd.Series, value: str) -> float:
    return float(row[value] if pd.isna(row.low) else row.low)


def _above(values: dict[str, Any], name: str, chance: float) -> bool:
    """Return whether the lower end of a number's interval, or else the number, lies above chance."""
    low = values.get(f"{name}_low")
    return (values[name] if low is None else low) > chance


def _by_snr(levels: dict[str, Any]) -> list[dict[str, Any]]:
    return [levels[key] for key in sorted(levels, key=float)]
