"""Which layer predicts which part of cortex: r2 and similarity against depth, best layers, what is known of the responses."""

import pandas as pd

from pipeline.report import best, depth, lines, matrices, predicts
from pipeline.report.inside import key
from pipeline.report.style import to_svg
from pipeline.report.words import decimal

REASONS = 20  # exclusions that the page lists


def section(report, figures):
    """Return what the page shows of encode."""
    brain, rows, compared = report.brain, r2(report.brain), rho(report.brain)
    chosen = f"Best layers. {best.described(brain.best)}."
    limited = brain.ceilings[brain.ceilings[["upper", "reliability"]].notna().any(axis=1)]
    return {
        "about": brain.about,
        "real": predicts.SOURCES.get(brain.about["source"], brain.about["source"]),
        "measure": predicts.measure(brain),
        "sentence": predicts.sentence(brain),
        "known": predicts.known(brain),
        "panels": _svgs(r2_panels(brain), "b"),
        "key": key(rows),
        "tables": _tables(rows),
        "histogram": to_svg(figures["brain_best_layers"], chosen, "best") if len(brain.best) else None,
        "models": list(dict.fromkeys(brain.summary.model)),
        "summary": _summary(brain.summary),
        "truth": brain.truth.to_dict("records"),
        "similar": _svgs(rho_panels(brain), "s"),
        "likenesses": _tables(compared),
        "ceilinged": bool(brain.ceilings.upper.notna().any()),
        "pairs": _pairs(brain),
        "ceilings": limited.to_dict("records"),
        "excluded": brain.excluded.head(REASONS).to_dict("records"),
        "left_out": len(brain.excluded),
    }


def drawn(brain):
    """Return the figures of the section, by name; panels are one picture each."""
    figures = {"brain_r2": depth.panels(r2_panels(brain))} if len(brain.layers) else {}
    figures |= {"brain_best_layers": best.histogram(brain.best, _network(brain))} if len(brain.best) else {}
    figures |= {"brain_similarity": depth.panels(rho_panels(brain))} if len(brain.similarity) else {}
    several = pairs(brain)
    return figures | (
        {"brain_matrices": matrices.pairs(several, brain.matrices["categories"])} if several else {}
    )


def r2(brain):
    """Return the rows of r2, as `lines` has them, with their region."""
    return brain.layers.rename(columns={"r2": "value"})


def rho(brain):
    """Return the rows of rho, as `lines` has them, with their region."""
    return brain.similarity.rename(columns={"rho": "value"})


def r2_panels(brain):
    """Return the panels of r2, one or more a region, on one scale."""
    return _panels(r2(brain), predicts.measure(brain), {}, lines.limits_of(r2(brain)))


def rho_panels(brain):
    """Return the panels of the similarity, one or more a region, with its noise ceiling, on one scale."""
    ceilings = {
        row.region: {"ceiling": (float("nan"), row.lower, row.upper)} for row in brain.ceilings.itertuples()
    }
    limits = lines.limits_of(rho(brain), *brain.ceilings.lower, *brain.ceilings.upper)
    return _panels(rho(brain), "similarity ρ", ceilings, limits)


def pairs(brain):
    """Return, of each region that has matrices, its own and that of its best layer, with titles, as `matrices.pair` takes them."""
    found, compared = [], rho(brain)
    for region in dict.fromkeys(compared.region):
        top = lines.best(compared[compared.region == region])
        mine, its = f"region:{region}", f"layer:{None if top is None else top.layer}"
        if mine in brain.matrices and its in brain.matrices:
            found.append(
                (
                    (region, brain.matrices[mine]),
                    (f"{top.layer}, ρ\u00a0{decimal(top.value)}", brain.matrices[its]),
                )
            )
    return found


def _pairs(brain):
    said = "Matrices of how alike each two sounds are: to {} and to {}"
    drawn = [
        (matrices.pair(*both, brain.matrices["categories"]), said.format(*(title for title, _ in both)))
        for both in pairs(brain)
    ]
    return [to_svg(*each, f"m{place}") for place, each in enumerate(drawn)]


def _panels(rows, unit, levels, limits):
    regions = rows.groupby("region", sort=False)
    return [
        each
        for region, some in regions
        for each in lines.panels(some, region, unit, levels.get(region, {}), limits)
    ]


def _svgs(panels, letter):
    return [
        to_svg(depth.single(panel), predicts.panel(panel), f"{letter}{place}")
        for place, panel in enumerate(panels)
    ]


def _tables(rows):
    """Return (region, its tables) of every number."""
    return [(region, lines.tables(some)) for region, some in rows.groupby("region", sort=False)]


def _network(brain):
    """Return the layers of the model whose best layers are shown: the network."""
    rows = brain.layers[brain.layers.model == lines.NETWORK]
    return pd.concat([rows, brain.best])[["layer", "branch", "depth"]].drop_duplicates("layer")


def _summary(summary):
    """Return a row a region: (region, {model: row}, responses, participants)."""
    rows = {
        region: some.set_index("model", drop=False) for region, some in summary.groupby("region", sort=False)
    }
    return [
        (region, some.to_dict("index"), int(some.responses.max()), int(some.participants.max()))
        for region, some in rows.items()
    ]
