"""How many responses of each region each layer predicts best: a row of bars per region, along depth."""

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.report.figures.depth import BOTTOM, LEFT, RIGHT, WIDTH
from heschl.report.figures.depth_axes import label_layers, names_at, series
from heschl.report.figures.looks import INK, PALETTE
from heschl.report.figures.style import plain, styled
from heschl.report.layers import branches_of
from heschl.report.text.words import percent

ROW, TOP = 0.52, 0.1  # inches
GAP = 1.5  # layers between the last and "none"
LETTERS = 14  # in a line of a region's name
LEAST = 0.005  # smallest share of responses predicted by no layer for which "none" is drawn


@styled
def histogram(best: pd.DataFrame, layers: pd.DataFrame) -> Figure:
    """Draw the share of each region's responses that each layer predicts best; at the right, by no layer.

    best   : region, layer, branch, depth, share (0 to 1; sums to at most 1 in a region)
    layers : layer, branch, depth, of the whole network
    """
    regions, names = list(dict.fromkeys(best.region)), names_at(layers)
    none = {region: max(1 - best.share[best.region == region].sum(), 0) for region in regions}
    last = max(names) + GAP
    names |= {last: "none"} if max(none.values()) > LEAST else {}
    figure = Figure(figsize=(WIDTH, ROW * len(regions) + TOP + BOTTOM))
    every = _axes(figure, len(regions))
    for axes, region in zip(every, regions, strict=True):
        place = (last, none[region]) if last in names else (last, 0.0)
        at, height = _bars(axes, best[best.region == region], branches_of(layers), place)
        above = {"textcoords": "offset points", "ha": "center", "fontsize": 6.5}
        axes.annotate(percent(height, 0), (at, height), (0, 1), **above)
        _name(axes, region)
        axes.set(xlim=(min(names) - 0.6, max(names) + 0.6), yticks=[])
    highest = max(max(none.values()), best.groupby(["region", "depth"]).share.sum().max(), 0.1)
    every[0].set_ylim(0, highest * 1.15)
    label_layers(every[-1], names)
    return figure


def _axes(figure: Figure, rows: int) -> list[Axes]:
    height = figure.get_figheight()
    places = {"left": (LEFT + 0.25) / WIDTH, "right": 1 - RIGHT / 2 / WIDTH, "hspace": 0.3}
    places |= {"top": 1 - TOP / height, "bottom": BOTTOM / height}
    shared = {"squeeze": False, "sharex": True, "sharey": True}
    return list(figure.subplots(rows, 1, gridspec_kw=places, **shared)[:, 0])


def _bars(
    axes: Axes, rows: pd.DataFrame, branches: list[str], none: tuple[float, float]
) -> tuple[float, float]:
    """Draw the bars of one region, those of branches stacked; return place and height of the highest.

    none : place and share of the responses that no layer predicts
    """
    heights: dict[float, float] = {}
    for branch in ["", *branches]:
        some = rows[rows.branch == branch]
        bottom = [heights.get(place, 0.0) for place in some.depth]
        look = {"color": PALETTE[series(branch, branches)], "label": plain(branch or "trunk")}
        axes.bar(some.depth, some.share, bottom=bottom, width=0.8, **look)
        heights |= dict(zip(some.depth, some.share + bottom, strict=True))
    if none[1]:
        axes.bar([none[0]], [none[1]], width=0.8, color=INK, label="none")
        heights[none[0]] = none[1]
    return max(heights.items(), key=lambda each: each[1], default=(0, 0.0))


def _name(axes: Axes, region: str) -> None:
    name = "\n".join(textwrap.wrap(region, LETTERS, max_lines=2, placeholder="\u2026"))
    axes.set_ylabel(plain(name), rotation=0, ha="right", va="center", fontsize=7.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", length=2, pad=2)
