"""Accuracies that allow for chance and quiet, against observers whose curves have one shape."""

import numpy as np
import pandas as pd
import pytest

from heschl.behavior import agreement, normalized
from heschl.behavior.conditions import Accuracies, Choice
from heschl.statistics.forced_choice import share_correct
from tests.behavior.simulation import PARAMS

KINDS, LEVELS = ("scene", "music", "babble8"), (-6.0, 0.0, 6.0)
CONDITIONS = pd.DataFrame(
    [("clean", np.nan), *((kind, level) for kind in KINDS for level in LEVELS)],
    columns=["background", "snr_db"],
)
SHAPE = np.array([1.0, 0.2, 0.5, 0.9, 0.1, 0.4, 0.7, 0.0, 0.3, 0.6])  # relative accuracies


def side(values, labels, answers=1, noise=0.0):
    rng = np.random.default_rng(labels)
    drawn = values + noise * rng.standard_normal((200, len(values))) if noise else values[None]
    return Accuracies(values, drawn, values[None], 0.9, np.full(len(values), 10_000), Choice(labels, answers))


def accuracies(labels, quiet):
    return 1 / labels + SHAPE * (quiet - 1 / labels)


def test_the_same_shape_at_another_level_differs_in_accuracy_alone():
    people, network = (side(accuracies(labels, quiet), labels) for labels, quiet in ((800, 0.82), (20, 0.5)))
    found = agreement.agree(agreement.Sides("word", people, network, CONDITIONS, 9), PARAMS, same_clips=False)
    assert found["rmse"] > 0.1
    assert found["rmse_relative"] == pytest.approx(0, abs=1e-12)
    assert found["r_relative"] == pytest.approx(1)


def test_relative_accuracy_is_its_definition_condition_by_condition():
    people = side(np.linspace(0.9, 0.1, 10), 8, answers=2, noise=0.02)
    found = normalized.relative(people, CONDITIONS)
    assert np.isnan(found.values[0])  # clean
    for place in range(1, 10):
        assert found.values[place] == pytest.approx((people.values[place] - 0.25) / (0.9 - 0.25))
        for one, raw in zip(found.by_listener, people.by_listener, strict=True):
            assert one[place] == pytest.approx((raw[place] - 0.25) / (raw[0] - 0.25))


def test_without_quiet_above_chance_it_is_undefined():
    at_chance = side(np.full(10, 0.05), 20)
    assert np.isnan(normalized.relative(at_chance, CONDITIONS).values).all()
    noisy = CONDITIONS.assign(background=["scene", *CONDITIONS["background"][1:]])
    assert np.isnan(normalized.relative(side(SHAPE, 20), noisy).values).all()


def test_the_same_sensitivity_among_more_labels_differs_in_accuracy_alone():
    known = np.linspace(0.2, 3.0, 10)
    people, network = (side(share_correct(known, labels), labels) for labels in (800, 20))
    found = agreement.agree(agreement.Sides("word", people, network, CONDITIONS, 9), PARAMS, same_clips=False)
    assert found["rmse"] > 0.1
    assert found["rmse_dprime"] == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(normalized.sensitivity(network).values, known, atol=1e-6)


def test_one_factor_of_sensitivity_and_another_number_of_labels_are_matched():
    known = np.linspace(3.6, 0.4, 10)
    people = side(share_correct(known, 800), 800)
    network = side(share_correct(known * 0.7, 20), 20, noise=0.01)
    sides = agreement.Sides("word", people, network, CONDITIONS, 9)
    found = agreement.agree(sides, PARAMS, same_clips=False)
    assert min(found[f"rmse{name}"] for name in ("", "_relative", "_dprime")) > 0.1
    assert found["rmse_matched"] == pytest.approx(0, abs=1e-6)
    assert found["r_matched"] == pytest.approx(1)
    scores = normalized.matched(network, people, CONDITIONS)
    assert np.isnan(scores.by_listener[:, 0]).all()
    quiet, noisy = (normalized.sensitivity(network).by_listener[7, place] for place in (0, 4))
    expected = share_correct(noisy * normalized.sensitivity(people).values[0] / quiet, 800)
    assert scores.by_listener[7, 4] == pytest.approx(float(expected))
    for other in (CONDITIONS.assign(background="scene"), CONDITIONS):
        lost = side(np.full(10, 1 / 40), 20) if other is CONDITIONS else network  # below chance in quiet
        assert np.isnan(normalized.matched(lost, people, other).values).all()


def test_the_table_has_both_sides_in_noise_with_intervals():
    people = side(accuracies(800, 0.8), 800, noise=0.03)
    table = normalized.relative_table(people, side(accuracies(20, 0.5), 20), CONDITIONS, 0.95)
    assert len(table) == 9
    np.testing.assert_allclose(table["listeners"], SHAPE[1:])
    assert (table["listeners_low"] < table["listeners"]).all()
    assert (table["listeners"] < table["listeners_high"]).all()
    assert table[["network_low", "network_high"]].isna().all(axis=None)  # nothing was resampled
