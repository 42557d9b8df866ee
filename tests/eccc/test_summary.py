import numpy as np
import pandas as pd
import pytest

from heschl.eccc.answers import Answers
from heschl.eccc.summary import COLUMNS, exchanged, summary

CLIPS, LABELS, TARGETS = 240, 12, 40


def simulated(follows=0.5, seed=0):
    """Answers whose first is the listeners' confusion in a share of clips, and else any label."""
    rng = np.random.default_rng(seed)
    target = rng.permutation(np.arange(CLIPS) % TARGETS % LABELS)
    confusion = (target + rng.integers(1, LABELS, CLIPS)) % LABELS
    order = np.array([rng.permutation(LABELS) for _ in range(CLIPS)])
    for clip in np.flatnonzero(rng.random(CLIPS) < follows):
        others = order[clip][order[clip] != confusion[clip]]
        order[clip] = np.r_[confusion[clip], others]
    return Answers(pd.DataFrame(), order.argsort(1) + 1, target, confusion)


def test_shares_are_counted():
    found = simulated()
    found.confusion[:40] = -1
    table = summary(found, 3, 0.95, 0).set_index("measure")
    known = range(40, CLIPS)
    counted = {
        "target": np.mean([found.ranks[i, found.target[i]] == 1 for i in range(CLIPS)]),
        "first": np.mean([found.ranks[i, found.confusion[i]] == 1 for i in known]),
        "among": np.mean([found.ranks[i, found.confusion[i]] <= 3 for i in known]),
    }
    assert [table.index.name, *table] == list(COLUMNS)
    assert table["share"].to_dict() == pytest.approx(counted)
    assert table["clips"].tolist() == [CLIPS, CLIPS - 40, CLIPS - 40]
    assert table["targets"].tolist() == [LABELS] * 3
    assert table["chance"].tolist() == pytest.approx([1 / LABELS, 1 / LABELS, 3 / LABELS])
    assert (table["low"] < table["share"]).all()
    assert (table["share"] < table["high"]).all()


def test_a_network_that_mishears_as_listeners_is_told_from_one_that_guesses():
    follows = summary(simulated(follows=0.5), 3, 0.95, 0).set_index("measure")
    guesses = summary(simulated(follows=0.0), 3, 0.95, 0).set_index("measure")
    assert (follows.loc[["first", "among"], ["p", "p_same_target"]] < 0.001).all(axis=None)
    assert (guesses[["p"]] > 0.05).all(axis=None)
    assert follows.loc["first", "exchanged"] == pytest.approx(1 / LABELS, abs=0.03)


def test_what_the_target_explains_is_not_counted_as_the_listeners():
    rng = np.random.default_rng(1)
    target = rng.integers(0, LABELS, CLIPS)
    confusion = (target + rng.integers(1, 3, CLIPS)) % LABELS  # two confusions a target, by chance
    first = (target + rng.integers(1, 3, CLIPS)) % LABELS  # and so is the answer
    ranks = np.full((CLIPS, LABELS), 2)
    ranks[np.arange(CLIPS), first] = 1
    row = (
        summary(Answers(pd.DataFrame(), ranks, target, confusion), 1, 0.95, 0)
        .set_index("measure")
        .loc["first"]
    )
    assert row["p"] < 0.001
    assert row["p_same_target"] > 0.05
    assert row["exchanged_same_target"] == pytest.approx(row["share"], abs=0.1)


def test_permutations_equal_a_plain_loop():
    found, seed, draws = simulated(), [3, 1], 50
    within = found.ranks <= 2
    mean, p = exchanged(within, found.confusion, np.zeros(CLIPS, int), seed, draws)
    rng, hits = np.random.default_rng(seed), []
    for _ in range(draws):
        keys = rng.random(CLIPS)
        order = sorted(range(CLIPS), key=lambda clip: keys[clip])
        hits.append(sum(bool(within[clip, found.confusion[order[clip]]]) for clip in range(CLIPS)))
    observed = sum(bool(within[clip, found.confusion[clip]]) for clip in range(CLIPS))
    assert mean == pytest.approx(np.mean(hits) / CLIPS)
    assert p == pytest.approx((1 + sum(hit >= observed for hit in hits)) / (1 + draws))


def test_permutations_stay_in_their_groups_and_have_the_expected_mean():
    found = simulated(follows=0.2)
    within, rows = found.ranks <= 2, []
    for clip in range(
        CLIPS
    ):  # the mean over all permutations: each clip gets each confusion of its group alike
        group = found.confusion[found.target == found.target[clip]]
        rows.append(within[clip, group].mean())
    mean, _ = exchanged(within, found.confusion, found.target, [1], 2000)
    assert mean == pytest.approx(np.mean(rows), abs=0.005)
    alone, p = exchanged(within, found.confusion, np.arange(CLIPS), [1], 20)
    hits = within[np.arange(CLIPS), found.confusion]
    assert (alone, p) == (pytest.approx(hits.mean()), 1)


def test_no_clip_counts_where_no_confusion_is_known():
    found = simulated()
    found.confusion[:] = -1
    table = summary(found, 3, 0.95, 0).set_index("measure")
    assert table["clips"].tolist() == [CLIPS, 0, 0]
    assert table.loc[["first", "among"], ["share", "low", "high", "p"]].isna().all(axis=None)
    assert summary(found, 99, 0.95, 0)["chance"].tolist() == pytest.approx([1 / LABELS, 1 / LABELS, 1])


def test_the_same_seed_gives_the_same_table():
    assert summary(simulated(), 3, 0.95, 7).equals(summary(simulated(), 3, 0.95, 7))
