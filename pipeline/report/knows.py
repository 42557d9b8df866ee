"""Sentences that say what each layer knows, and whether training put it there."""

from functools import partial

import numpy as np

from pipeline.report import lines
from pipeline.report.depth import paths
from pipeline.report.words import decimal, joined, percent, span

NOUNS = {
    "frequency": ("Energy in frequency bands", "is"),
    "modulation": ("Spectrotemporal modulation", "is"),
    "word": ("Words", "are"),
    "genre": ("Genres", "are"),
    "speaker": ("Speakers", "are"),
}
OTHERS = {"untrained": "the untrained network", "permuted": "the network with permuted weights"}


def noun(readout):
    """Return a readout's name and its verb."""
    return NOUNS.get(readout, (readout.capitalize(), "is"))


def writer(rows):
    """Return how a readout's values are written: accuracy in %, R² as a number."""
    return partial(percent, digits=0) if rows.measure.iloc[0] == "accuracy" else decimal


def sentence(rows, readout):
    """Say from which layer a readout is best, beside the best of each other model, and chance; rows : as `lines`, and measure, chance."""
    what, verb = noun(readout)
    best, write = lines.best(rows), writer(rows)
    if best is None:
        return f"{what} {verb} not read out: no layer of the network has a score."
    ends = span(best.low, best.high, write)
    unit = "" if best.measure == "accuracy" else "R²\u00a0"
    said = f"{what} {verb} read out best from {best.layer}: {unit}{write(best.value)}{f' ({ends})' if ends else ''}."
    beside = [f"{OTHERS.get(model, model)} {write(row.value)} ({row.layer})" for model, row in _bests(rows)]
    shuffled = lines.best(rows, lines.SHUFFLED)
    floor = (
        []
        if shuffled is None
        else [f"shuffled {'labels' if best.chance else 'sounds'} {write(shuffled.value)}"]
    )
    floor += [f"chance {percent(best.chance)}"] if best.chance else []
    return f"{said} Others at their best: {'; '.join([*beside, *floor])}." if beside or floor else said


def plain(rows):
    """Say in plain words what a readout shows: whether there is anything, how it goes with depth, and whether it is learnt."""
    best = lines.best(rows)
    if best is None:
        return ""
    told = [
        row.layer
        for row in rows[(rows.model == lines.NETWORK) & rows.value.notna()].itertuples()
        if _above(rows, row)
    ]
    if not told:
        return "No layer is told from chance: all intervals reach it, or what shuffled labels give."
    alone = (
        []
        if best.layer in told
        else [f"Told from chance: {joined(told)}; {best.layer} is not, for its interval is wide."]
    )
    return " ".join([*alone, _trend(rows, best), _learnt(rows, best)]).strip()


def _above(rows, row):
    """Tell whether a layer is above chance, and above what its shuffled control gives."""
    shuffled = rows[(rows.model == lines.SHUFFLED) & (rows.layer == row.layer)]
    return (row.value if np.isnan(row.low) else row.low) > np.nanmax(
        [row.chance, *shuffled.value, *shuffled.high]
    )


def _trend(rows, best):
    """Say how the readout goes from the first layer to the best, and on to the end of each path."""
    ways, write = paths(rows[(rows.model == lines.NETWORK) & rows.value.notna()]), writer(rows)
    first = min((way.iloc[0] for way in ways.values()), key=lambda row: row.depth)
    rise = lines.versus(best, first)
    said = [f"rises from {write(first.value)} at {first.layer}"] if rise else []
    last = [way.iloc[-1] for branch, way in ways.items() if branch or len(ways) == 1]
    if falls := [f"to {write(row.value)} at {row.layer}" for row in last if lines.versus(best, row)]:
        said.append(f"falls {joined(falls)}")
    if stays := [
        f"at {row.layer} ({write(row.value)})"
        for row in last
        if not lines.versus(best, row) and row.layer != best.layer
    ]:
        said.append(f"is not told from its best {joined(stays)}: the intervals overlap")
    return f"It {joined(said)}." if said else ""


def _learnt(rows, best):
    """Say how the best layer compares with the best of the controls; intervals that overlap do not tell."""
    rivals = [(model, row) for model, row in _bests(rows) if model in ("untrained", "permuted")]
    if not rivals:
        return ""
    same = rows[rows.model.isin(["untrained", "permuted"]) & (rows.layer == best.layer)]
    if len(same) > 1 and best.depth and np.allclose(same.value, best.value, atol=1e-9):
        return f"{best.layer} of the controls gives the same: training does not change it."
    if best.depth == 0:
        return f"{best.layer.capitalize()} comes before all weights: training does not change it."
    model, rival = max(rivals, key=lambda each: each[1].value)
    if (found := lines.versus(best, rival)) > 0:
        return "No layer without training gives as much: this is learnt."
    if found < 0:
        return f"Training loses some of it: {rival.layer} of {OTHERS[model]} gives more."
    return f"Its interval and that of {rival.layer} of {OTHERS[model]} overlap: whether training adds to it is not told."


def _bests(rows):
    found = (
        (model, lines.best(rows, model))
        for model in dict.fromkeys(rows.model)
        if model not in (lines.NETWORK, lines.SHUFFLED)
    )
    return [(model, row) for model, row in found if row is not None]
