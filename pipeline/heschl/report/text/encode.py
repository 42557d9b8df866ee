"""Sentences that say how well the network predicts responses, compared with controls and simulated truth."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from heschl.activations.names import NETWORK
from heschl.encode.columns import BETTER, COMPONENTS, UNCLEAR, WORSE
from heschl.report.figures.depth import Panel
from heschl.report.layers import best, controls, named, versus
from heschl.report.results import Encode
from heschl.report.text.words import absent, decimal, joined, percent, with_span

ALL = "all"  # the region of all responses
TOLD = {BETTER: BETTER, WORSE: WORSE, UNCLEAR: "cannot be told"}  # verdicts for readers
SOURCE = "components"  # source of responses that belong to components, not to regions
TITLES = {  # of measured data
    "components": "the six components of Norman-Haignere et al. 2015",
    "nh2015": "voxels of Norman-Haignere et al. 2015",
    "b2021": "voxels of Boebinger et al. 2021",
    "table": "a table of responses",
}


def measure(encode: Encode) -> str:
    """Return the measure of prediction: corrected for noise, or raw."""
    return f"{'corrected' if encode.about['corrected'] else 'raw'} r²"


def part(encode: Encode) -> str:
    """Return what a set of responses is called: a region, or a component."""
    return "component" if encode.about["source"] == SOURCE else "region"


def titled(encode: Encode) -> Encode:
    """Return the results with the full names of components; those of regions stay."""
    if encode.about["source"] != SOURCE:
        return encode
    tables = {
        name: table.replace({"region": COMPONENTS})
        for name, table in vars(encode).items()
        if isinstance(table, pd.DataFrame)
    }
    before = "region:"
    matrices = {
        f"{before}{COMPONENTS.get(name.removeprefix(before), name.removeprefix(before))}"
        if name.startswith(before)
        else name: each
        for name, each in encode.matrices.items()
    }
    return replace(encode, **tables, matrices=matrices)


def sentence(encode: Encode) -> str:
    """Say which region is predicted best and worst, and where the network is above every control."""
    table = encode.summary.rename(columns={"r2": "value"})
    network = table[(table.model == NETWORK) & table.value.notna()].set_index("region")
    if not len(network):
        return "This network predicts no response."
    parts = network if ALL not in network.index or len(network) == 1 else network.drop(ALL)
    first, last = parts.loc[parts.value.idxmax()], parts.loc[parts.value.idxmin()]
    said = f"Prediction is best for {first.name}: {_value(first)} from {first.layer or 'no layer'}"
    said += f"; it is worst for {last.name}: {_value(last)}." if len(parts) > 1 else "."
    rivals = controls(table)
    return f"{said} {_above(table, list(parts.index), rivals, part(encode))}" if rivals else said


def paired(encode: Encode) -> str:
    """Say which regions the network predicts better, or worse, than each other model, by paired tests."""
    table, said = encode.paired[encode.paired.region != ALL], []
    for model, rows in table.groupby("model", sort=False):
        told = [
            f"{verdict} for {joined(rows.region[rows.verdict == verdict])}"
            for verdict in (BETTER, WORSE)
            if (rows.verdict == verdict).any()
        ]
        said.append(f"{named(model)}: {' and '.join(told) or TOLD[UNCLEAR]}")
    return f"Compared with each other model, this network is: {'; '.join(said)}." if said else ""


def recovered(encode: Encode) -> str:
    """Say whether the layers that drive simulated responses were found; "" for measured responses."""
    truth = [*encode.truth.rename(columns={"r2": "value"}).itertuples()]
    driven = [row for row in truth if row.layer]
    if not driven:
        return ""
    regions = encode.best.groupby("region", sort=False)
    tops = encode.best.loc[regions.share.idxmax()].set_index("region").layer
    first = [row for row in driven if tops.get(row.region) == row.layer]
    shares = [row.recovered for row in driven]
    ends = " to ".join(dict.fromkeys(percent(end(shares), 0) for end in (min, max)))
    right = [row for row in driven if not absent(row.low) and row.low <= 1 <= row.high]
    noise = [row for row in truth if not row.layer and not absent(row.value)]
    return (
        f"The layer that drives a region is the best layer of {ends} of its responses; in {len(first)} of "
        f"{len(driven)} regions it is the best layer more often than any other. Without noise, r² at that "
        f"layer would be 1; the interval includes 1 in {len(right)} of {len(driven)} regions."
    ) + "".join(f" {row.region.capitalize()}, driven by no layer: {_value(row)}." for row in noise)


def panel(panel: Panel) -> str:
    """Describe one panel for readers who cannot see it."""
    top = best(panel.rows, panel.main)
    said = f"Best {_value(top)} at {top.layer}." if top is not None else "No layer has a value."
    return f"{panel.title}: {panel.unit} against depth. {said}"


def best_layers(table: pd.DataFrame) -> str:
    """Say which layer is most often the best, region by region; table : region, layer, share."""
    said = []
    for region, rows in table.groupby("region", sort=False):
        top = rows.loc[rows.share.idxmax()]
        layer = f"{top.layer} ({percent(top.share, 0)})" if top.share > 0 else "none"
        said.append(f"{region}: {layer}")
    return "; ".join(said)


def _above(table: pd.DataFrame, regions: Sequence[str], rivals: Sequence[str], part: str) -> str:
    """Say in which regions, or other parts, the network's interval lies above those of all its controls."""
    rows = {(row.model, row.region): row for row in table.itertuples()}
    better = [
        region
        for region in regions
        if all(
            versus(rows[NETWORK, region], rows[model, region]) > 0
            for model in rivals
            if (model, region) in rows
        )
    ]
    names = joined(named(model) for model in rivals)
    if not better:
        return f"In no {part} does this network’s interval lie above those of all controls ({names})."
    where = f"{len(better)} of {len(regions)} {part}s: {joined(better)}"
    where = f"every {part}" if len(better) == len(regions) else where
    return f"This network’s interval lies above those of all controls ({names}) in {where}."


def _value(row: Any) -> str:
    return with_span(row.value, row.low, row.high, decimal)
