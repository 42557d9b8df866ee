"""Figures become SVG and PNG that fit a page of any color, the same each time."""

import io
import re
from xml.etree import ElementTree

import numpy as np
from matplotlib import image

from heschl.report.figures import (
    cochleagrams,
    curves,
    style,
    svg,
)
from tests.helpers.report_curves import FITS, POINTS


def parsed(svg):
    return ElementTree.fromstring(f'<page xmlns:xlink="http://www.w3.org/1999/xlink">{svg}</page>')


def test_svg_follows_the_page_and_owns_its_ids():
    one, two = (
        svg.to_svg(curves.overview(POINTS, FITS, "word", 0.05), 'a "b" <c>', key) for key in ("one", "two")
    )
    root = parsed(one)
    assert root[0].get("aria-label") == 'a "b" <c>'
    assert root[0].get("role") == "img"
    assert "currentColor" in one
    assert style.INK not in one
    assert "var(--series-0, " in one
    ids = [[node.get("id") for node in parsed(svg).iter() if node.get("id")] for svg in (one, two)]
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])
    assert len(set(ids[0])) == len(ids[0])
    assert set(re.findall(r"#(one[\w-]+)", one)) == set(ids[0])
    assert "<style" not in one
    assert "<metadata" not in one
    assert "http" not in one


def test_names_are_neither_markup_nor_formulas():
    rows = POINTS.assign(background=POINTS.background.replace("scene", "<b>$x^2$"))
    drawn = svg.to_svg(curves.overview(rows, FITS, "$a$<i>", 0.05), "", "a")
    texts = [node.text for node in parsed(drawn).iter("text")]
    assert "<b>$x^2$" in texts
    assert "$a$<i> named correctly (%)" in texts


def test_bytes_repeat():
    makers = (
        lambda: curves.overview(POINTS, FITS, "word", 0.05),
        lambda: cochleagrams.cochleagram(np.eye(3), [1, 2, 300], [0, 1, 2]),
    )
    for make in makers:
        assert svg.to_svg(make(), "alt", "a") == svg.to_svg(make(), "alt", "a")
        assert svg.to_png(make()) == svg.to_png(make())


def test_png_is_transparent():
    pixels = image.imread(
        io.BytesIO(svg.to_png(cochleagrams.cochleagram(np.eye(3), [1, 2, 300], [0, 1, 2]), dpi=100))
    )
    assert pixels.shape == (200, 310, 4)
    assert pixels[0, 0, 3] == 0
    assert pixels[100, 200, 3] == 1
