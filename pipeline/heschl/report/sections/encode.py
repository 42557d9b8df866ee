"""Which layer predicts which region: r² and similarity against depth, best layers, noise of the responses."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from heschl.activations.names import NETWORK
from heschl.report import layers
from heschl.report.figures import best_layers, depth, matrices
from heschl.report.figures.depth_axes import CEILING
from heschl.report.figures.files import Drawn
from heschl.report.figures.svg import to_svg
from heschl.report.results import Encode
from heschl.report.section import Content
from heschl.report.text import encode as text
from heschl.report.text.words import decimal

REASONS = 20  # excluded responses that the page lists


def content(encode: Encode, synthetic: bool) -> Content:
    """Return prediction, best layers and similarity; synthetic : of the sounds that trained the network."""
    encode = text.titled(encode)
    figures = drawn(encode)
    histogram = figures.get("encode_best_layers")
    best = f"Best layers. {text.best_layers(encode.best)}."
    context = {
        "about": encode.about,
        "data": text.TITLES.get(encode.about["source"], encode.about["source"]),
        "measure": text.measure(encode),
        "part": text.part(encode),
        "sentence": text.sentence(encode),
        "recovered": text.recovered(encode),
        "legend": depth.legend(r2(encode)),
        "histogram": to_svg(histogram.figure, best, "best") if histogram else None,
        "truth": encode.truth.to_dict("records"),
        "synthetic": synthetic,
    }
    return Content(context | _prediction(encode) | _similarity(encode) | _noise(encode), figures)


def drawn(encode: Encode) -> dict[str, Drawn]:
    """Return the figures by name; panels are together in one picture."""
    figures: dict[str, Drawn] = {}
    if panels := r2_panels(encode):
        figures["encode_r2"] = Drawn(depth.together(panels), depth.values(panels))
    if len(encode.best):
        histogram = best_layers.histogram(encode.best, _network(encode))
        figures["encode_best_layers"] = Drawn(histogram, encode.best)
    if panels := rho_panels(encode):
        figures["encode_similarity"] = Drawn(depth.together(panels), depth.values(panels))
    if pairs := pairs_of(encode):
        together = matrices.together(pairs, encode.matrices["categories"])
        figures["encode_matrices"] = Drawn(together, matrices.values(pairs, encode.matrices["sounds"]))
    return figures


def r2(encode: Encode) -> pd.DataFrame:
    """Return the rows of r², as in `heschl.report.layers`, and their region."""
    return encode.layers.rename(columns={"r2": "value"})


def rho(encode: Encode) -> pd.DataFrame:
    """Return the rows of the similarity, as in `heschl.report.layers`, and their region."""
    return encode.similarity.rename(columns={"rho": "value"})


def r2_panels(encode: Encode) -> list[depth.Panel]:
    """Return the panels of r², at least one per region, with the same axis."""
    rows = r2(encode)
    limits = layers.limits_of(rows)
    return [
        panel
        for region, some in rows.groupby("region", sort=False)
        for panel in depth.panels_of(some, region, text.measure(encode), {}, limits)
    ]


def rho_panels(encode: Encode) -> list[depth.Panel]:
    """Return the panels of the similarity, at least one per region, with noise ceilings and the same axis."""
    rows, ends = rho(encode), {row.region: (row.lower, row.upper) for row in encode.ceilings.itertuples()}
    limits = layers.limits_of(rows, *encode.ceilings.lower, *encode.ceilings.upper)
    levels = {region: {CEILING: (float("nan"), *each)} for region, each in ends.items()}
    return [
        panel
        for region, some in rows.groupby("region", sort=False)
        for panel in depth.panels_of(some, region, "similarity ρ", levels.get(region, {}), limits)
    ]


def pairs_of(encode: Encode) -> list[matrices.Pair]:
    """Return the matrix of each region that has one, with that of the network's layer most similar to it."""
    rows, pairs = rho(encode), []
    for region in dict.fromkeys(rows.region):
        top = layers.best(rows[rows.region == region])
        name, layer = f"region:{region}", f"layer:{None if top is None else top.layer}"
        if name in encode.matrices and layer in encode.matrices:
            title = f"{top.layer}, ρ\u00a0{decimal(top.value)}"
            pairs.append(((region, encode.matrices[name]), (title, encode.matrices[layer])))
    return pairs


def _prediction(encode: Encode) -> dict[str, Any]:
    rows = {
        region: some.set_index("model", drop=False)
        for region, some in encode.summary.groupby("region", sort=False)
    }
    return {
        "panels": _svgs(r2_panels(encode), "b"),
        "tables": _tables(r2(encode)),
        "models": list(dict.fromkeys(encode.summary.model)),
        "rivals": list(dict.fromkeys(encode.paired.model)),
        "paired": [
            (region, some.set_index("model").to_dict("index"))
            for region, some in encode.paired.groupby("region", sort=False)
        ],
        "paired_sentence": text.paired(encode),
        "told": text.TOLD,
        "summary": [
            (region, some.to_dict("index"), int(some.responses.max())) for region, some in rows.items()
        ],
    }


def _similarity(encode: Encode) -> dict[str, Any]:
    said = "Similarity of each pair of sounds: in {} and in {}"
    drawn = [
        (matrices.pair(*pair, encode.matrices["categories"]), said.format(*(title for title, _ in pair)))
        for pair in pairs_of(encode)
    ]
    return {
        "similarities": _svgs(rho_panels(encode), "s"),
        "similarity_tables": _tables(rho(encode)),
        "has_ceiling": bool(encode.ceilings.upper.notna().any()),
        "pairs": [to_svg(*each, f"m{place}") for place, each in enumerate(drawn)],
    }


def _noise(encode: Encode) -> dict[str, Any]:
    known = encode.ceilings[["upper", "reliability"]].notna().any(axis=1)
    return {
        "ceilings": encode.ceilings[known].to_dict("records"),
        "excluded": encode.excluded.head(REASONS).to_dict("records"),
        "left_out": len(encode.excluded),
    }


def _svgs(panels: Sequence[depth.Panel], letter: str) -> list[str]:
    return [
        to_svg(depth.one(panel), text.panel(panel), f"{letter}{place}") for place, panel in enumerate(panels)
    ]


def _tables(rows: pd.DataFrame) -> list[tuple[str, list]]:
    """Return every number: region, its tables."""
    return [(region, layers.tables(some)) for region, some in rows.groupby("region", sort=False)]


def _network(encode: Encode) -> pd.DataFrame:
    """Return layer, branch and depth of the network's layers."""
    rows = encode.layers[encode.layers.model == NETWORK]
    return pd.concat([rows, encode.best])[["layer", "branch", "depth"]].drop_duplicates("layer")
