"""Figures as files: PNG for screens, SVG and PDF for papers, and a csv of the values that are drawn."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.figure import Figure

from heschl import tables
from heschl.report.figures.looks import INK
from heschl.report.figures.style import styled
from heschl.report.figures.svg import to_png

PAPER_INK = "#262626"  # of lines and letters on paper
PARTS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")  # of an artist
UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}  # the same bytes at any time


class Drawn(NamedTuple):
    """A figure, and the values that it shows, as a table."""

    figure: Figure
    values: pd.DataFrame


def save(drawn: Mapping[str, Drawn], folder: Path) -> list[Path]:
    """Write each figure as <name>.png, .svg, .pdf and .csv; return the paths of the PNG files.

    PNG : transparent, with ink that is legible on white and on black; SVG and PDF : with dark ink
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, (figure, values) in drawn.items():
        (folder / f"{name}.png").write_bytes(to_png(figure))
        tables.write_csv(folder / f"{name}.csv", values)
        for kind in UNDATED:
            _save_for_paper(figure, folder / f"{name}.{kind}")
    return [folder / f"{name}.png" for name in drawn]


@styled
def _save_for_paper(figure: Figure, path: Path) -> None:
    figure.draw_without_rendering()  # makes the ticks and their labels
    with _inked(figure):
        kind = path.suffix[1:]
        figure.savefig(path, format=kind, transparent=True, metadata=UNDATED[kind], bbox_inches="tight")


@contextmanager
def _inked(figure: Figure) -> Iterator[None]:
    """Give what is drawn in INK the ink of papers, for as long as the context lasts."""
    changed = [(each, part) for each in figure.findobj() for part in PARTS if _is_ink(each, part)]
    _paint(changed, PAPER_INK)
    try:
        yield
    finally:
        _paint(changed, INK)


def _is_ink(artist: Artist, part: str) -> bool:
    get = getattr(artist, f"get_{part}", None)
    try:
        colors = to_rgba_array(get()) if get else ()
    except (TypeError, ValueError):  # "none" and the like
        return False
    return bool(len(colors)) and bool(np.allclose(colors[:, :3], to_rgb(INK), atol=1e-3))


def _paint(parts: list[tuple[Artist, str]], ink: str) -> None:
    for artist, part in parts:
        alpha = artist.get_alpha()
        getattr(artist, f"set_{part}")(ink)
        artist.set_alpha(alpha)
