"""Sentences that say how well the network predicts responses, beside its controls, and what of simulated ones was found again."""

from pipeline.report import lines
from pipeline.report.words import absent, decimal, joined, percent, span

SOURCES = {
    "components": "the six response components of natsound165",
    "nh2015": "voxels of Norman-Haignere et al. 2015",
    "b2021": "voxels of Boebinger et al. 2021",
    "table": "a table of responses of one’s own",
}


def measure(brain):
    """Return what is drawn: corrected for noise or raw."""
    return f"{'corrected' if brain.about['corrected'] else 'raw'} r²"


def sentence(brain):
    """Say which region is predicted best and worst, and where the network is above every control."""
    table = brain.summary.rename(columns={"r2": "value"})
    mine = table[(table.model == lines.NETWORK) & table.value.notna()].set_index("region")
    if not len(mine):
        return "The network predicts no response."
    parts = mine if "all" not in mine.index or len(mine) == 1 else mine.drop("all")
    first, last = parts.loc[parts.value.idxmax()], parts.loc[parts.value.idxmin()]
    said = f"Best predicted is {first.name}: {_value(first)} from {first.layer or 'no layer'}"
    said += f"; worst {last.name}: {_value(last)}." if len(parts) > 1 else "."
    rivals = [model for model in dict.fromkeys(table.model) if model in lines.controls(table)]
    return f"{said} {_above(table, parts, rivals)}".strip() if rivals else said


def known(brain):
    """Say whether the layers that drive simulated responses were found, and whether the correction is right; "" of real ones."""
    truth = [*brain.truth.rename(columns={"r2": "value"}).itertuples()]
    driven = [row for row in truth if row.layer]
    if not driven:
        return ""
    tops = brain.best.loc[brain.best.groupby("region", sort=False).share.idxmax()].set_index("region").layer
    found = [row for row in driven if tops.get(row.region) == row.layer]
    shares = [row.recovered for row in driven]
    ends = " to ".join(dict.fromkeys(percent(end(shares), 0) for end in (min, max)))
    right = [row for row in driven if not absent(row.low) and row.low <= 1 <= row.high]
    said = f"The layer that drives a region is the best layer of {ends} of its responses, more often than any other in {len(found)} of "
    said += f"{len(driven)} regions. "
    said += f"At that layer r² without noise would be 1: the interval holds it in {len(right)} of {len(driven)} regions."
    noise = [row for row in truth if not row.layer and not absent(row.value)]
    return said + "".join(f" {row.region.capitalize()}, driven by nothing: {_value(row)}." for row in noise)


def panel(panel):
    """Say what one panel shows, for those who cannot see it."""
    top = lines.best(panel.lines, panel.main)
    said = f"Best {_value(top)} at {top.layer}." if top is not None else "No layer has a value."
    return f"{panel.title}: {panel.unit} against depth. {said}"


def _above(table, parts, rivals):
    """Say in which regions the network's interval lies above those of all its controls."""
    rows = {(row.model, row.region): row for row in table.itertuples()}
    there = {
        region: [rows[model, region] for model in rivals if (model, region) in rows] for region in parts.index
    }
    better = [
        region
        for region, some in there.items()
        if all(lines.versus(rows[lines.NETWORK, region], each) > 0 for each in some)
    ]
    names = joined(lines.named(model) for model in rivals)
    if not better:
        return f"In no region does the network’s interval lie above those of all controls ({names})."
    where = (
        "every region"
        if len(better) == len(parts)
        else f"{len(better)} of {len(parts)} regions: {joined(better)}"
    )
    return f"The network’s interval lies above those of all controls ({names}) in {where}."


def _value(row):
    ends = span(row.low, row.high, decimal)
    return f"{decimal(row.value)}{f' ({ends})' if ends else ''}"
