"""Sentences that say what each layer represents, and whether training put it there.

rows : as in `heschl.report.layers`, and readout, measure, chance, of one readout
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from heschl.activations.names import NETWORK, PERMUTED, UNTRAINED
from heschl.report.layers import CONTROLS, SHUFFLED, best, best_of_others, paths, versus
from heschl.report.text.words import decimal, joined, percent, plural, with_span

LEVELS = {"frequency": "Energy in frequency bands", "modulation": "Spectrotemporal modulation"}
OTHERS = {UNTRAINED: "the untrained network", PERMUTED: "the network with permuted weights"}


def noun(readout: str) -> tuple[str, str]:
    """Return what a readout decodes, and its verb: levels of the sound, or labels."""
    return (LEVELS[readout], "is") if readout in LEVELS else (plural(readout).capitalize(), "are")


def writer(rows: pd.DataFrame) -> Callable[[float], str]:
    """Return how a readout's values are written: accuracy in %, R² as a number."""
    return partial(percent, digits=0) if rows.measure.iloc[0] == "accuracy" else decimal


def sentence(rows: pd.DataFrame, readout: str) -> str:
    """Say from which layer a readout is best, with the best layer of every other model, and chance."""
    what, verb = noun(readout)
    top, write = best(rows), writer(rows)
    if top is None:
        return f"{what} {verb} not decoded: no layer of this network has a score."
    unit = "" if top.measure == "accuracy" else "R²\u00a0"
    value = with_span(top.value, top.low, top.high, write)
    said = f"{what} {verb} decoded best from {top.layer}: {unit}{value}."
    others = [
        f"{OTHERS.get(model, model)} {write(row.value)} ({row.layer})" for model, row in best_of_others(rows)
    ]
    if (shuffled := best(rows, SHUFFLED)) is not None:
        others.append(f"shuffled {'labels' if top.chance else 'sounds'} {write(shuffled.value)}")
    others += [f"chance {percent(top.chance)}"] if top.chance else []
    return f"{said} For comparison, others at their best: {'; '.join(others)}." if others else said


def explained(rows: pd.DataFrame) -> str:
    """Say whether a readout is above chance, how it changes with depth, and whether it is learned."""
    top = best(rows)
    if top is None:
        return ""
    known = rows[(rows.model == NETWORK) & rows.value.notna()].itertuples()
    above = [row.layer for row in known if _above_chance(rows, row)]
    if not above:
        return "No layer differs from chance: every interval reaches chance, or the score of shuffled labels."
    alone = []
    if top.layer not in above:
        reached = "its interval reaches chance or the score of shuffled labels"
        alone = [f"Above chance: {joined(above)}. {top.layer} scores highest, but {reached}."]
    return " ".join([*alone, _trend(rows, top), _learned(rows, top)]).strip()


def _above_chance(rows: pd.DataFrame, row: Any) -> bool:
    """Return whether a layer is above chance and above its control with shuffled labels."""
    shuffled = rows[(rows.model == SHUFFLED) & (rows.layer == row.layer)]
    low = row.value if np.isnan(row.low) else row.low
    return low > np.nanmax([row.chance, *shuffled.value, *shuffled.high])


def _trend(rows: pd.DataFrame, top: pd.Series) -> str:
    """Say how the readout changes from the first layer to the best, and on to the end of each path."""
    ways, write = paths(rows[(rows.model == NETWORK) & rows.value.notna()]), writer(rows)
    first = min((way.iloc[0] for way in ways.values()), key=lambda row: row.depth)
    last = [way.iloc[-1] for branch, way in ways.items() if branch or len(ways) == 1]
    said = [f"rises from {write(first.value)} at {first.layer}"] if versus(top, first) else []
    if falls := [f"to {write(row.value)} at {row.layer}" for row in last if versus(top, row)]:
        said.append(f"falls {joined(falls)}")
    same = [row for row in last if not versus(top, row) and row.layer != top.layer]
    if stays := [f"at {row.layer} ({write(row.value)})" for row in same]:
        said.append(f"does not differ from its maximum {joined(stays)}, where the intervals overlap")
    name = "Accuracy" if top.measure == "accuracy" else "R²"
    return f"{name} {joined(said)}." if said else ""


def _learned(rows: pd.DataFrame, top: pd.Series) -> str:
    """Say how the best layer compares with the best of the controls; overlapping intervals leave it open."""
    rivals = [(model, row) for model, row in best_of_others(rows) if model in CONTROLS]
    if not rivals:
        return ""
    same = rows[rows.model.isin(CONTROLS) & (rows.layer == top.layer)]
    if len(same) > 1 and top.depth and np.allclose(same.value, top.value, atol=1e-9):
        return f"{top.layer} of the controls gives the same value, so training does not change it."
    if top.depth == 0:
        return f"{top.layer.capitalize()} comes before all weights, so training does not change it."
    model, rival = max(rivals, key=lambda each: each[1].value)
    if (difference := versus(top, rival)) > 0:
        return "This network has learned it: no layer without training reaches it."
    if difference < 0:
        return f"In this network, training removed some of it: {rival.layer} of {OTHERS[model]} gives more."
    same = f"{rival.layer} of {OTHERS[model]}"
    return f"It is unclear whether training this network added to it: the interval overlaps that of {same}."
