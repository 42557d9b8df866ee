"""A mark means one thing in every figure."""

import itertools

from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.report import page
from heschl.report.figures import looks


def test_backgrounds_and_listeners_share_neither_mark_nor_color():
    kinds = [looks.look(kind) for kind in ("clean", *BACKGROUNDS)]
    others = [*looks.SIDES.values(), *looks.CONTROLS.values()]
    for one, other in itertools.combinations([*kinds, *others], 2):
        assert one.color != other.color
    assert not {look.marker for look in kinds} & {
        *(look.marker for look in looks.SIDES.values()),
        *looks.OTHERS,
    }
    branches = {looks.PALETTE[place] for place in looks.BRANCHES}
    assert not branches & {look.color for look in [*kinds, *others]}


def test_a_background_of_the_user_has_a_look_of_its_own_everywhere():
    known = {(look.color, look.marker) for look in map(looks.look, BACKGROUNDS)}
    rain = looks.look("rain")
    assert rain == looks.look("rain")
    assert (rain.color, rain.marker, rain.line) not in {(*each, "-") for each in known}


def test_every_color_is_in_the_page_in_light_and_in_dark():
    style = (page.FOLDERS[0] / "style.css.jinja").read_text()
    for place in range(len(looks.PALETTE)):
        assert style.count(f"--series-{place}: #") == 2


def test_a_mark_is_drawn_as_in_the_figures():
    square = looks.mark(looks.Look(1, "s", "-"))
    assert "var(--series-1)" in square
    assert 'aria-hidden="true"' in square
    assert square.count("L") == 3
