"""Sentences about accuracy in noise; points and fits : as in `heschl.report.scores`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from heschl.behavior import verdicts
from heschl.mixtures.row import CLEAN
from heschl.report.scores import order_of
from heschl.report.text.words import (
    SHORT,
    WHO,
    absent,
    background,
    decibel,
    joined,
    level,
    percent,
    sources,
)

Headline = tuple[str, str, float]  # key in the metrics, condition in words, accuracy


def headlines(summary: Mapping[str, float | None], task: str) -> list[Headline]:
    """Return the headline numbers of a task, clean first; summary : of behavior.json."""
    found: list[Headline] = []
    for key, value in summary.items():
        at = re.fullmatch(rf"{re.escape(task)}_at_(.+)dB", key)
        if key == f"{task}_clean":
            found.insert(0, (key, CLEAN, value))
        elif at:
            found.append((key, f"at {decibel(float(at[1]))}", value))
    return [each for each in found if not absent(each[2])]


def limits(metrics: Mapping[str, Any], tasks: Iterable[str], synthetic: bool) -> list[str]:
    """Say which tasks are at chance, and which were tested with one speaker or artist.

    metrics : behavior.json; synthetic : of the recordings
    """
    said = []
    for task in tasks:
        if verdicts.at_chance(metrics, task):
            chance = verdicts.chance(metrics, task)
            said.append(f"For the {task}, this network is {chance}: its errors and layers say nothing.")
        if verdicts.one_source(metrics, task):
            source = sources([task], synthetic).removesuffix("s")
            said.append(f"All test clips of the {task} come from one {source}: intervals hold for it alone.")
    return said


def panel_alt(task: str) -> str:
    """Describe the curves of a task for readers who cannot see them."""
    return f"Accuracy on the {task} against SNR, one line per background. A table below gives every number."


def trend(points: pd.DataFrame) -> str:
    """Say whether the network's accuracy rises from the lowest to the highest SNR."""
    noisy = points[(points.side == "network") & (points.background != CLEAN)].sort_values("snr_db")
    ends = {
        kind: rows.value.iloc[[0, -1]].tolist() for kind, rows in noisy.groupby("background") if len(rows) > 1
    }
    if not ends:
        return ""
    flat = [background(kind) for kind, (low, high) in ends.items() if high <= low]
    but = f" except {joined(flat)}" if flat else ""
    rising = "no background" if len(flat) == len(ends) else f"every background{but}"
    return f"From the lowest to the highest SNR, accuracy rises for {rising}."


def order(fits: pd.DataFrame) -> str:
    """Say which background is the easiest and which the hardest for each side, by its thresholds."""
    said = []
    for side in SHORT:
        rows = fits[fits.side == side].set_index("background")
        if len(rows) < 2:
            continue
        first, *_, last = order_of(fits, side)
        easiest, hardest = (f"({_threshold(rows.loc[kind])})" for kind in (first, last))
        said.append(
            f"For {WHO[side]}, {background(first)} is the easiest background {easiest} and "
            f"{background(last)} the hardest {hardest}."
        )
    return " ".join(said)


def _threshold(fit: pd.Series) -> str:
    return f"{level(fit.threshold_db)}{'' if fit.tested else ', beyond the tested SNRs'}"


def panel(points: pd.DataFrame, kind: str) -> str:
    """Describe one panel for readers who cannot see it: accuracy at the lowest and highest SNR, and clean."""
    said = []
    for side, who in WHO.items():
        rows = points[(points.side == side) & (points.background == kind)].sort_values("snr_db")
        if not len(rows):
            continue
        first, last = rows.iloc[0], rows.iloc[-1]
        ends = f"{percent(first.value, 0)} at {decibel(first.snr_db)}"
        if len(rows) > 1:
            ends = f"from {ends} to {percent(last.value, 0)} at {decibel(last.snr_db)}"
        clean = points[(points.side == side) & (points.background == CLEAN)].value
        ends += f", {percent(clean.iloc[0], 0)} clean" if len(clean) else ""
        said.append(f"{who} {ends}")
    return f"{background(kind)}: {'; '.join(said)}"
