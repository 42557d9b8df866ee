"""Rank correlations of backgrounds, against scipy and known thresholds."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from heschl.behavior import orders
from heschl.behavior.conditions import Accuracies, Choice

LEVELS = (-9.0, -6.0, -3.0, 0.0, 3.0)
KINDS = ("babble8", "modulated", "music", "scene", "shaped")
CONDITIONS = pd.DataFrame(
    [("clean", np.nan), *((kind, level) for kind in KINDS for level in LEVELS)],
    columns=["background", "snr_db"],
)
PEOPLE = dict(zip(KINDS, (0.2, -6.5, -7.4, -3.5, -3.1), strict=True))


def side(thresholds, noise=0.0, labels=20, trials=400, seed=0):
    distance = CONDITIONS["snr_db"] - CONDITIONS["background"].map(thresholds)
    risen = np.where(distance.isna(), 1, 1 / (1 + np.exp(-0.5 * distance)))
    values = 1 / labels + (0.85 - 1 / labels) * risen
    rng = np.random.default_rng(seed)
    drawn = values + noise * rng.standard_normal((120, len(values))) if noise else values[None]
    return Accuracies(values, drawn, values[None], 0.9, np.full(len(values), trials), Choice(labels))


@pytest.mark.parametrize("order", [KINDS, KINDS[::-1], ("music", "babble8", "shaped", "scene", "modulated")])
def test_both_correlations_are_scipys(order):
    theirs = dict(zip(order, (-7.0, -5.0, -3.5, -2.0, 0.5), strict=True))
    sides = side(PEOPLE), side(theirs)
    found = orders.by_threshold(*sides, CONDITIONS, 0.95)
    expected = stats.spearmanr([PEOPLE[kind] for kind in KINDS], [theirs[kind] for kind in KINDS]).statistic
    assert found["thresholds_rho"] == pytest.approx(expected)
    means = [[each.values[CONDITIONS["background"] == kind].mean() for kind in KINDS] for each in sides]
    of_means = orders.by_accuracy(*sides, CONDITIONS, 0.95)
    assert of_means["backgrounds_rho"] == pytest.approx(stats.spearmanr(*means).statistic)
    assert np.isnan([found["thresholds_rho_low"], of_means["backgrounds_rho_low"]]).all()  # no resamples
    assert [found[name] for name in orders.OUTSIDE] == [0, 0]


def test_the_interval_contains_the_value_and_narrows_with_the_noise():
    widths = []
    for noise in (0.01, 0.12):
        found = orders.by_threshold(side(PEOPLE, noise), side(PEOPLE, noise, seed=1), CONDITIONS, 0.95)
        low, value, high = (found[f"thresholds_rho{end}"] for end in ("_low", "", "_high"))
        assert low <= value <= high == pytest.approx(1)
        widths.append(high - low)
    assert widths[0] < widths[1]


def test_one_side_may_be_without_resamples():
    for function, name in ((orders.by_threshold, "thresholds_rho"), (orders.by_accuracy, "backgrounds_rho")):
        found = function(side(PEOPLE, 0.05), side(PEOPLE), CONDITIONS, 0.95)
        assert found[f"{name}_low"] <= found[name] == 1


def test_thresholds_beyond_the_tested_snrs_have_a_rank_and_are_counted():
    theirs = PEOPLE | {"music": -14.0, "babble8": 6.0}
    found = orders.by_threshold(side(PEOPLE), side(theirs), CONDITIONS, 0.95)
    assert found["thresholds_rho"] == pytest.approx(1)
    assert (found["thresholds_outside_listeners"], found["thresholds_outside_network"]) == (0, 2)


@pytest.mark.parametrize("kept", [["scene", "music"], ["clean"]])
def test_fewer_than_three_backgrounds_have_no_order(kept):
    some = CONDITIONS["background"].isin(kept).to_numpy()
    one = side(PEOPLE)
    few = Accuracies(one.values[some], one.values[None, some], one.values[None, some], 0.9,
                     one.trials[some], one.choice)  # fmt: skip
    at = CONDITIONS[some].reset_index(drop=True)
    assert np.isnan(list(orders.by_threshold(few, few, at, 0.95).values())).all()
    assert np.isnan(list(orders.by_accuracy(few, few, at, 0.95).values())).all()
