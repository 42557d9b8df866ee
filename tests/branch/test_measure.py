"""What the experiment concludes, on SYNTHETIC answers of which the truth is known."""

import numpy as np
import pandas as pd
import pytest

from heschl.branch import measure, output
from heschl.branch.params import BranchParams
from heschl.branch.points import Point
from heschl.grid.trainings import Grid
from heschl.search.cost import Cost
from tests.helpers.answers import answered

TRUTH = {"input": 0.6, "conv1": 0.7, "conv2": 0.8, "fc": 0.55}  # accuracy by branch point
PARAMS = BranchParams(
    seeds=[1, 2, 3, 4, 5],
    points=[],
    alone=[],
    frozen=[],
    epochs=1,
    threads=1,
    tolerance=0.1,
    seed=1,
    resamples=300,
    confidence=0.95,
)


class Table:
    width = 1.0


def points_of_truth(truth):
    """Return a network for each branch point."""
    return [Point("published", "", after, shared, Table, Cost(10, 20)) for shared, after in enumerate(truth)]


def made(folder, truth):
    """Write answers whose probability of being correct varies with the branch point, seed and source."""
    grid = Grid(points_of_truth(truth), PARAMS.seeds, folder, folder / "answers")
    return answered(grid, lambda training: truth[training.entry.after])


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    return made(tmp_path_factory.mktemp("branch"), TRUTH)


def test_accuracies_and_differences_are_those_of_the_answers(grid):
    table = measure.accuracy(grid, PARAMS).set_index(["after", "task", "clips"])
    for after in TRUTH:
        clips = pd.read_parquet(grid.kept / "clips.parquet")
        frames = [clips.join(pd.read_parquet(t.answers)) for t in grid.trainings if t.entry.after == after]
        for task in ("word", "genre"):
            for kind in ("all", "clean"):
                each = [
                    f[(f.task == task) & ((kind == "all") | (f.background == "clean"))].correct.mean()
                    for f in frames
                ]
                row = table.loc[(after, task, kind)]
                assert row.accuracy == pytest.approx(np.mean(each))
                assert row.accuracy_spread == pytest.approx(np.std(each, ddof=1))
                assert row.accuracy_low < row.accuracy < row.accuracy_high
                base = table.loc[("input", task, kind)].accuracy
                assert row.difference == pytest.approx(row.accuracy - base)


def test_true_differences_are_found(grid):
    table = measure.accuracy(grid, PARAMS)
    rows = table[(table.clips == "all") & (table.after == "conv2")]
    assert (rows.difference_low > 0).all()
    assert (rows.difference_p < 0.01).all()
    assert (table[table.after == "input"].difference == 0).all()
    assert (table[table.after == "input"].difference_p == 1).all()


def test_equal_networks_are_not_called_different(tmp_path):
    table = measure.accuracy(made(tmp_path, dict.fromkeys(TRUTH, 0.7)), PARAMS)
    assert (table[table.after != "input"].difference_p > 0.05).all()


def test_the_best_branch_point_with_its_certainty(grid, tmp_path):
    points = measure.best(grid, PARAMS).set_index("after")
    assert points.best.sum() == pytest.approx(1)
    assert points.best["conv2"] > 0.95
    (said,) = output.sentences(points.reset_index())
    assert said.startswith("published: best with 2 shared layers (conv2), mean accuracy ")
    assert "In 100% of the resamples of seeds and sources the best" in said
    assert said.endswith("branch point is neither the input nor fc.")
    flat = measure.best(made(tmp_path, dict.fromkeys(TRUTH, 0.7)), PARAMS)
    assert flat.best.max() < 0.9


def test_the_mean_over_tasks_and_its_differences_from_both_ends(grid):
    points = measure.best(grid, PARAMS).set_index("after")
    table = measure.accuracy(grid, PARAMS)
    means = table[table.clips == "all"].groupby("after").accuracy.mean()
    for after, row in points.iterrows():
        assert row["mean"] == pytest.approx(means[after])
        assert row.mean_low < row["mean"] < row.mean_high
        assert row.from_input == pytest.approx(means[after] - means["input"])
        assert row.from_last == pytest.approx(means[after] - means["fc"])
    top = points.loc["conv2"]
    assert 0 < top.from_input_low < top.from_input < top.from_input_high
    assert top.from_input_p < 0.01
    assert (points.from_input_p["input"], points.from_last_p["fc"]) == (1, 1)
    (said,) = output.sentences(points.reset_index())
    assert f"{100 * top.from_input:.1f} points ({100 * top.from_input_low:.1f} to " in said
    assert "above separate networks" in said
    assert "above branches after fc." in said


@pytest.mark.parametrize(
    ("form", "said"),
    [("published", "published, where splitting off alone"), ("frozen", "where added to frozen layers")],
)
def test_curves_of_one_task_are_named(form, said, tmp_path):
    entries = [Point(form, "where", after, shared, Table, Cost(1, 2)) for shared, after in enumerate(TRUTH)]
    grid = Grid(entries, PARAMS.seeds, tmp_path, tmp_path / "answers")
    (sentence,) = output.sentences(measure.best(answered(grid, lambda each: TRUTH[each.entry.after]), PARAMS))
    assert said in sentence
    assert "above a separate network for where" in sentence


def test_without_separate_networks_there_is_no_difference_from_them(tmp_path):
    points = measure.best(made(tmp_path, {"conv1": 0.7, "fc": 0.5}), PARAMS)
    assert points.from_input.isna().all()
    assert points.from_last.notna().all()
    assert "separate network" not in output.sentences(points)[0]


def test_the_best_at_the_input_is_said(tmp_path):
    points = measure.best(made(tmp_path, {"input": 0.9, "conv1": 0.5, "fc": 0.4}), PARAMS)
    (said,) = output.sentences(points)
    assert said.startswith("published: best with no shared layer")
    assert "In 0% of" in said
