"""Which layer is the best one of how many responses: a row of bars a region, along the depth of the network."""

import textwrap

from matplotlib.figure import Figure

from pipeline.report import depth
from pipeline.report.depth import BOTTOM, LEFT, MANY, RIGHT, WIDTH
from pipeline.report.style import INK, PALETTE, plain, styled
from pipeline.report.words import percent

ROW, TOP = 0.52, 0.1  # inches
GAP = 1.5  # layers between the last and "none"
LETTERS = 14  # of a line of a region's name
LEAST = 0.005  # share of responses that no layer predicts, from which it is shown


@styled
def histogram(best, layers):
    """Draw the share of each region's responses (bars) whose best layer it is; what no layer predicts is at the right.

    best   : region, layer, branch, depth, share (0 to 1; of a region they sum to at most 1)
    layers : layer, branch, depth, of the whole network
    """
    regions, shown = list(dict.fromkeys(best.region)), depth.names(layers)
    none = {region: max(1 - best.share[best.region == region].sum(), 0) for region in regions}
    last = max(shown) + GAP
    shown |= {last: "none"} if max(none.values()) > LEAST else {}
    height = ROW * len(regions) + TOP + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    places = {
        "left": (LEFT + 0.25) / WIDTH,
        "right": 1 - RIGHT / 2 / WIDTH,
        "top": 1 - TOP / height,
        "bottom": BOTTOM / height,
    }
    rows = figure.subplots(
        len(regions), 1, squeeze=False, sharex=True, sharey=True, gridspec_kw=places | {"hspace": 0.3}
    )[:, 0]
    for axes, region in zip(rows, regions, strict=True):
        highest = _bars(
            axes,
            best[best.region == region],
            depth.branches_of(layers),
            none[region] if last in shown else 0,
            last,
        )
        axes.annotate(
            percent(highest[1], 0), highest, (0, 1), textcoords="offset points", ha="center", fontsize=6.5
        )
        name = "\n".join(textwrap.wrap(region, LETTERS, max_lines=2, placeholder="\u2026"))
        axes.set_ylabel(plain(name), rotation=0, ha="right", va="center", fontsize=7.5)
        axes.set(xlim=(min(shown) - 0.6, max(shown) + 0.6), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", length=2, pad=2)
    rows[0].set_ylim(
        0, max(max(none.values()), best.groupby(["region", "depth"]).share.sum().max(), 0.1) * 1.15
    )
    rows[-1].set_xticks(
        list(shown),
        [plain(name) for name in shown.values()],
        rotation=90,
        fontsize=6.0 if len(shown) > MANY else 7.5,
    )
    return figure


def _bars(axes, rows, branches, none, last):
    """Draw the bars of one region, those of branches upon each other; return place and height of the highest."""
    heights = {}
    for branch in ["", *branches]:
        some = rows[rows.branch == branch]
        bottom = [heights.get(place, 0.0) for place in some.depth]
        look = {"color": PALETTE[depth.colour(branch, branches)], "label": plain(branch or "trunk")}
        axes.bar(some.depth, some.share, bottom=bottom, width=0.8, **look)
        heights |= dict(zip(some.depth, some.share + bottom, strict=True))
    if none:
        axes.bar([last], [none], width=0.8, color=INK, label="none")
        heights[last] = none
    return max(heights.items(), key=lambda each: each[1], default=(0, 0.0))


def described(best):
    """Say which layer is the best one most often, region by region."""
    said = []
    for region, rows in best.groupby("region", sort=False):
        top = rows.loc[rows.share.idxmax()]
        said.append(
            f"{region}: {top.layer} ({percent(top.share, 0)})" if top.share > 0 else f"{region}: none"
        )
    return "; ".join(said)
