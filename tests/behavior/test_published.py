import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from heschl.behavior import published
from heschl.behavior.agreement import agree
from heschl.behavior.listeners import ListenersError
from tests.behavior.simulation import CLIPS, PARAMS

ROOT = Path(__file__).parents[2]
REAL = (
    Path(os.environ.get("HESCHL_RECORDINGS", ROOT.parent / "shared" / "data"))
    / "listeners"
    / "word_in_noise.csv"
)
PUBLISHED = ROOT / "inputs" / "listeners" / "published" / "word.csv"


def test_the_published_summary_is_as_published():
    table = published.read_published(PUBLISHED)
    assert len(table) == 26
    assert table["n"].eq(44).all()
    assert table.loc[table["background"] == "clean", ["snr_db", "mean"]].to_numpy().ravel() == pytest.approx(
        [np.nan, 0.816], abs=5e-4, nan_ok=True
    )
    grid = table.pivot(index="background", columns="snr_db", values="mean")
    assert grid.loc["scene", [-9, -6, -3, 0, 3]].tolist() == pytest.approx(
        [0.172, 0.278, 0.437, 0.592, 0.656], abs=5e-4
    )
    assert grid.loc["babble8", [-9, -6, -3, 0, 3]].tolist() == pytest.approx(
        [0.019, 0.058, 0.166, 0.415, 0.579], abs=5e-4
    )
    assert 0.98 < table["reliability"].iloc[0] < 1


@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is missing: single listeners are not distributed")
def test_the_published_summary_is_that_of_its_listeners():
    individuals = pd.read_csv(REAL)
    clean = individuals[individuals["snr_db"] == "clean"].pivot(
        index="participant", columns="background", values="accuracy"
    )
    assert clean.nunique(axis=1).eq(1).all()  # one condition, repeated
    pd.testing.assert_frame_equal(
        published.summarize(individuals, 800).round(6), published.read_published(PUBLISHED)
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "background,snr_db",
            "background,snr",
            r"row 1: 'snr' is not one of the columns .*; 'snr_db' is missing",
        ),
        ("babble8,-6.0", "babbel,-6.0", "row 3: background must be one of clean"),
        ("clean,,", "clean,3,", "row 7: snr_db must be a number, and empty when clean"),
        (
            "babble8,-6.0,0.05",
            "babble8,-6.0,5.05",
            "row 3: mean, sd and reliability must lie between 0 and 1",
        ),
        (",44,", ",0,", "row 2: n and labels must be whole numbers, 1 or more"),
        (",44,", ",44.5,", "row 2: n and labels must be whole numbers"),
        (",800\nbabble8,-3", ",700\nbabble8,-3", "row 3: labels must be the same in every row"),
        ("babble8,-6.0", "babble8,inf", "row 3: snr_db must be a number"),
        ("babble8,-6.0", "babble8,-9.0", "row 3: the condition appears twice"),
        ("clean,,", "clean,none,", "row 7: snr_db must be a number, and empty when clean"),
        (",800\nbabble8,-3", "\nbabble8,-3", "row 3: 6 values for 7 columns"),
    ],
)
def test_a_spoiled_summary_names_its_row(tmp_path, old, new, said):
    path = tmp_path / "spoiled.csv"
    path.write_text(PUBLISHED.read_text().replace(old, new, 1))
    with pytest.raises(ListenersError, match=f"spoiled.csv, {said}"):
        published.read_published(path)


def test_published_listeners_are_compared_in_shared_conditions():
    summary = published.read_published(PUBLISHED)
    beside, sides = published.compare_published(summary, CLIPS, PARAMS, "word", 4)
    found = agree(sides, PARAMS, same_clips=False)
    assert len(beside) == 7  # clean, and -6 and 0 dB of three
    assert found["conditions"] == 7
    assert found["participants"] == 44
    assert found["r"] == pytest.approx(stats.pearsonr(beside["listeners"], beside["network"]).statistic)
    width = (beside["listeners_high"] - beside["listeners_low"]).to_numpy() / 2 / 1.96
    sd = summary.merge(beside, on=["background", "snr_db"])["sd"].to_numpy()
    assert width == pytest.approx(sd / np.sqrt(44), rel=0.2)
    assert (sides.listeners.choice, sides.network.choice) == ((800, 1), (4, 1))
    empty, sides = published.compare_published(summary, CLIPS[CLIPS["snr_db"] == 6], PARAMS, "word", 4)
    assert not len(empty)
    nothing = agree(sides, PARAMS, same_clips=False)
    assert np.isnan([nothing[name] for name in ("r", "r_relative", "r_dprime", "thresholds_rho")]).all()
