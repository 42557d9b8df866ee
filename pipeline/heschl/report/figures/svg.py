"""A figure as SVG that follows the page's colors, or as PNG."""

import io
import re

from markupsafe import Markup
from matplotlib.figure import Figure

from heschl.report.figures.looks import INK, PALETTE
from heschl.report.figures.style import styled


@styled
def to_svg(figure: Figure, alt: str, key: str) -> Markup:
    """Return the figure as an <svg> element that scales, follows the page's colors, and has a description.

    alt     : what the figure shows, for readers who cannot see it
    key     : letters and digits, unique in the page: every id begins with it
    returns : Markup, the same for the same figure
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', svg).group()
    opening = Markup('<svg {} role="img" aria-label="{}">').format(Markup(box), alt)
    svg = _unique_ids(re.sub(r"^<svg[^>]*>", lambda _: str(opening), svg), key)
    return Markup(_page_colors(svg).strip())  # matplotlib has escaped its texts


@styled
def to_png(figure: Figure, dpi: float = 180) -> bytes:
    """Return the figure as a PNG with a transparent background, the same for the same figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, transparent=True, metadata={"Software": None})
    return buffer.getvalue()


def _unique_ids(svg: str, key: str) -> str:
    used = set(re.findall(r"#([\w.-]+)[\")]", svg))

    def rename(match: re.Match[str]) -> str:
        return f' id="{key}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', rename, svg)
    return re.sub(r"(href=\"|url\()#", rf"\1#{key}-", svg)


def _page_colors(svg: str) -> str:
    for place, color in enumerate(PALETTE):
        svg = re.sub(rf"(stroke|fill): {color}", rf"\1: var(--series-{place}, {color})", svg)
    return re.sub(rf"(stroke|fill): {INK}", r"\1: currentColor", svg)
