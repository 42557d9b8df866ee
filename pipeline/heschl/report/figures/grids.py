"""Panels of one size, one per background: each alone for the page, or all of them in one picture."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLUMNS = 3  # of panels, in a picture of all
Draw = Callable[[Axes, str], None]  # draws one background


def alone(draw: Draw, kind: str) -> Figure:
    """Draw one background."""
    figure = Figure(figsize=(1.9, 1.6))
    draw(figure.add_axes((0.25, 0.27, 0.73, 0.6)), kind)
    return figure


def together(draw: Draw, kinds: Sequence[str], columns: int) -> Figure:
    """Draw each background in one picture, at least an empty one; columns : of the legend."""
    kinds = kinds or [""]
    lines = -(-len(kinds) // COLUMNS)
    height = 1.85 * lines + 0.4  # inches, 0.4 of them for the legend
    figure = Figure(figsize=(2.2 * COLUMNS, height))
    places = {"left": 0.08, "right": 0.98, "wspace": 0.35, "hspace": 0.75}
    places |= {"top": 1 - 0.25 / height, "bottom": 0.85 / height}
    every = figure.subplots(lines, COLUMNS, squeeze=False, gridspec_kw=places).ravel()
    for axes, kind in zip(every, kinds, strict=False):
        draw(axes, kind)
    for axes in every[len(kinds) :]:
        axes.remove()
    figure.legend(*every[0].get_legend_handles_labels(), loc="lower center", ncols=columns)
    return figure
