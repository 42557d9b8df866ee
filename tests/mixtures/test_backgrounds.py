"""Every registered background has what it needs, and another one takes an entry alone."""

from dataclasses import replace

import numpy as np
import pytest

from heschl.audio import rms
from heschl.corpus.tables import COLUMNS
from heschl.mixtures.backgrounds import BACKGROUNDS, Background
from heschl.mixtures.mix import parts
from heschl.mixtures.params import Draw
from heschl.mixtures.row import CLEAN, Mixture
from heschl.params import ParamsError, parse, plain
from tests.helpers.mixtures import draw_mixtures


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_every_background_is_complete(name):
    background = BACKGROUNDS[name]
    assert background.name == name != CLEAN
    assert background.title
    assert (background.table in COLUMNS) == (background.pieces > 0)
    rng = np.random.default_rng(0)
    pieces = [rng.standard_normal(4000) for _ in range(background.pieces)]
    noise = rng.standard_normal(4000) if background.shaped else None
    made = background.sound(pieces, noise, 8000)
    assert made.shape == (4000,)
    assert rms(made) > 0


def test_titles_and_order():
    """Golden: random draws depend on the order."""
    assert list(BACKGROUNDS) == ["scene", "babble2", "babble8", "music", "shaped", "modulated"]
    assert len({background.title for background in BACKGROUNDS.values()}) == len(BACKGROUNDS)


def test_an_unknown_background_is_named(mixture_params):
    values = plain(mixture_params) | {"backgrounds": ["scene", "traffic"]}
    with pytest.raises(
        ParamsError, match=r"mixtures\.backgrounds .*'traffic' is not a background; expected scene"
    ):
        parse("mixtures", values, type(mixture_params))


def test_another_background_takes_an_entry_alone(corpus, sound, mixture_params, monkeypatch):
    def reverse(pieces, noise, sample_rate):
        return pieces[0][::-1]

    monkeypatch.setitem(
        BACKGROUNDS, "reversed", Background("reversed", "reversed talker", "talkers", 1, reverse)
    )
    few = Draw(clips={"word": 2, "genre": 2}, snr_db=(3.0,), clean=0.0, backgrounds=(), labels={})
    grid = replace(mixture_params.test, targets={"word": 1, "genre": 1})
    params = replace(mixture_params, backgrounds=("reversed",), train=few, validation=few, test=grid)
    folder, tables = corpus
    made = draw_mixtures(tables, folder, ("word", "genre"), params, sound)
    assert set(made["background"]) == {"clean", "reversed"}
    masked = made[made["background"] == "reversed"]
    np.testing.assert_allclose(masked["achieved_snr_db"], masked["snr_db"], atol=1e-5)
    mixture = Mixture.of(masked.iloc[0].to_dict())
    piece = replace(mixture, background="scene")
    correlation = np.corrcoef(
        parts(mixture, folder, sound).background, parts(piece, folder, sound).background[::-1]
    )
    assert correlation[0, 1] == pytest.approx(1)
