"""How every figure looks, and how it becomes SVG that follows the page's colours, or PNG."""

import io
import re

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from pipeline.report.words import NAMES

INK = "#7f7f7f"  # mid-tone: legible on white and on black; `to_svg` makes it the text's own colour
PALETTE = (
    "#0072b2",
    "#d55e00",
    "#e69f00",
    "#009e73",
    "#56b4e9",
    "#cc79a7",
)  # Okabe & Ito: safe for colour-blind eyes
MARKERS = "os^Dv*"
SIDES = {
    "network": (PALETTE[0], "o", "-"),
    "published": (PALETTE[1], "s", "--"),
    "own": (PALETTE[3], "^", ":"),
}  # who is drawn
STYLE = {
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlesize": 8.5,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "heschl",
}

styled = matplotlib.rc_context(STYLE)  # decorates what draws


def axes_of(width, height):
    """Return a figure of one panel, width and height in inches, and its axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    grid(axes)
    return figure, axes


def grid(axes):
    """Draw a faint grid behind the data."""
    axes.grid(True, color=INK, alpha=0.2, linewidth=0.5)
    axes.set_axisbelow(True)


def look(kind, place):
    """Return colour, marker and line of a kind of background, the same in every figure."""
    place = list(NAMES).index(kind) if kind in NAMES else place
    return PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)], "-" if place < len(PALETTE) else ":"


def plain(text):
    """Return a label as text that is never a formula."""
    return str(text).replace("$", r"\$")


def short(text, most=14):
    """Return a name of at most so many letters: of a longer one its end, which tells layers apart."""
    return text if len(text) <= most else f"\u2026{text[1 - most :]}"


def apart(places, least):
    """Return places moved so little that each is at least so far from the next, in the order given.

    places : floats; equal ones are parted in their order
    """
    order = np.argsort(places, kind="stable")
    steps = np.arange(len(places)) * least
    fitted = isotonic_regression(np.asarray(places, float)[order] - steps).x + steps if len(places) else steps
    return fitted[np.argsort(order, kind="stable")]


@styled
def to_svg(figure, alt, key):
    """Return the figure as <svg> to stand inside an HTML page: scales, follows the page's colours, has an alt text.

    alt     : what the figure shows, for those who cannot see it
    key     : letters and digits, unique in the page: it begins each id
    returns : Markup, the same for the same figure
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', svg).group()
    opening = Markup('<svg {} role="img" aria-label="{}">').format(Markup(box), alt)
    svg = _own_ids(re.sub(r"^<svg[^>]*>", lambda _: str(opening), svg), key)
    return Markup(_own_colours(svg).strip())  # matplotlib has escaped its texts


@styled
def to_png(figure, dpi=180):
    """Return the figure as PNG bytes with a transparent ground, the same for the same figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, transparent=True, metadata={"Software": None})
    return buffer.getvalue()


def _own_ids(svg, key):
    used = set(re.findall(r"#([\w.-]+)[\")]", svg))

    def rename(match):
        return f' id="{key}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', rename, svg)
    return re.sub(r"(href=\"|url\()#", rf"\1#{key}-", svg)


def _own_colours(svg):
    for place, colour in enumerate(PALETTE):
        svg = re.sub(rf"(stroke|fill): {colour}", rf"\1: var(--series-{place}, {colour})", svg)
    return re.sub(rf"(stroke|fill): {INK}", r"\1: currentColor", svg)
