"""Sentences on accuracy say what the tables say."""

import pandas as pd
import pytest

from heschl.report.text import accuracy
from tests.helpers.report_curves import FITS, POINTS


@pytest.mark.parametrize(
    ("high", "ending"), [(0.5, "every background."), (0.01, "every background except eight talkers.")]
)
def test_trend(high, ending):
    rows = POINTS.assign(value=[*POINTS.value[:4], high, *POINTS.value[5:]])
    assert accuracy.trend(rows).endswith(ending)
    assert accuracy.trend(rows[:1]) == ""


def test_order_says_the_ends_of_each_side():
    fits = pd.concat([FITS, FITS[2:].assign(background="music", threshold_db=-8.0)])
    assert accuracy.order(fits).replace("\u202f", " ") == (
        "For this network, auditory scene is the easiest background (\u22122 dB) and eight talkers the "
        "hardest (+5 dB, beyond the tested SNRs). For published listeners, music is the easiest background "
        "(\u22128 dB) and auditory scene the hardest (\u22126 dB)."
    )


def test_panel_in_words():
    text = accuracy.panel(POINTS, "scene").replace("\u202f", " ")
    assert text == (
        "auditory scene: this network from 20 % at \u22129 dB to 60 % at +3 dB, 80 % clean; "
        "published listeners from 30 % at \u22129 dB to 70 % at +3 dB, 90 % clean"
    )
