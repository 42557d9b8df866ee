"""The experiment with real trainings."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from heschl import tracking
from heschl.branch import measure, output, pathway
from heschl.branch.experiment import open_experiment
from heschl.branch.params import BranchParams
from heschl.branch.transfer import COLUMNS
from heschl.network.saved import load_network
from heschl.params import ParamsError, parse, plain
from heschl.search import parent
from heschl.search.columns import digest_of
from tests.helpers.trainings import MACHINE

OUT = Path("search/branch")
BRANCH = {
    "seeds": [1, 2],
    "points": ["input", "pool1"],
    "alone": [],
    "frozen": [],
    "epochs": 1,
    "threads": 1,
    "tolerance": 0.2,
    "seed": 1,
    "resamples": 50,
    "confidence": 0.95,
}
DECODE = {
    "seed": 1, "source": "clips", "folder": "", "clips": 40, "lowest_snr_db": -6.0, "dimensions": 64,
    "bands": 2, "splits": 2, "test": 0.5, "confidence": 0.95,
}  # fmt: skip
ACTIVATIONS = {"names": None, "time_axis": -1, "batch_size": 16, "trust_code": False}


@pytest.fixture
def values(sections):
    found = {name: plain(value) for name, value in sections.items()}
    found |= {"decode": DECODE, "activations": ACTIVATIONS}
    evaluate = {"batch_size": 16, "null_answers": False}
    return found | {"tasks": ["word", "genre"], "evaluate": evaluate, "branch": BRANCH}


def test_from_params_to_tables(store, shard_folder, values):
    experiment = open_experiment(values, MACHINE, shard_folder, OUT)
    experiment.work()
    params = parse("branch", BRANCH, BranchParams)
    files = output.write(experiment.grid, params, digest_of(shard_folder), OUT)
    points = measure.best(experiment.grid, params)
    parent.close(experiment.grid.folder, output.measures(points), *files)
    table = pd.read_csv("search/branch/accuracy.csv")
    assert len(table) == 2 * 2 * 2 * 2  # forms, points, tasks, sets of clips
    assert list(pd.read_csv("search/branch/transfer.csv")) == ["seed", *COLUMNS]
    assert not list(experiment.grid.folder.glob("trainings/*"))
    tracker = store()
    above = tracker.get_run((experiment.grid.folder / "run_id").read_text())
    assert above.info.status == "FINISHED"
    runs = tracker.search_runs([tracking.experiment_id(tracker)])
    below = {run.info.run_name: run for run in runs if run.info.run_id != above.info.run_id}
    assert len(below) == 6  # at the branch point of params.yaml both forms are one network
    clips = pd.read_parquet(experiment.grid.kept / "clips.parquet")
    for training in experiment.grid.trainings:
        run = below[training.name]
        assert run.data.tags["mlflow.parentRunId"] == above.info.run_id
        assert run.data.params["train.seed"] == str(training.seed)
        network = load_network(training.network)
        assert network.params.network == training.entry.params
        answers = pd.read_parquet(training.answers)
        assert run.data.metrics["test.word"] == pytest.approx(answers.correct[(clips.task == "word")].mean())
    separate, shared = (
        load_network(experiment.grid.folder / "networks" / f"published-{after}-1").layers
        for after in ("input", "pool1")
    )
    assert "word.conv1" in separate
    assert "conv1" in shared


def test_it_goes_on_where_it_was(store, shard_folder, values, capsys):
    values["branch"] = BRANCH | {"points": ["input"]}
    experiment = open_experiment(values, MACHINE, shard_folder, OUT)
    with experiment.grid.claimed() as first, experiment.grid.claimed() as second:
        assert first.name == "published-input-1"
        assert second.name == "matched-input-1"
    experiment.work()
    assert capsys.readouterr().out.count(" s)") >= 4
    shutil.rmtree("work")  # what is kept is enough
    again = open_experiment(
        values | {"branch": BRANCH | {"points": ["input"], "seeds": [1, 2, 3]}}, MACHINE, shard_folder, OUT
    )
    assert again.grid.folder == experiment.grid.folder  # more seeds train only the new ones
    assert [training.answers.is_file() for training in again.grid.trainings] == [True] * 4 + [False] * 2


def test_a_task_is_added_to_frozen_layers(store, shard_folder, values):
    values["branch"] = BRANCH | {"points": ["input", "norm1"], "alone": ["genre"], "frozen": ["genre"]}
    experiment = open_experiment(values, MACHINE, shard_folder, OUT)
    names = [training.name for training in experiment.grid.trainings if training.seed == 1]
    assert names[-3:] == ["base-genre-1", "frozen-genre-input-1", "frozen-genre-norm1-1"]
    experiment.work()
    folder = experiment.grid.folder / "networks"
    for seed in (1, 2):
        names = (f"base-genre-{seed}", f"frozen-genre-norm1-{seed}")
        base, frozen = (load_network(folder / name) for name in names)
        assert list(base.labels) == ["word"]
        assert list(frozen.labels) == ["genre"]
        own, other = (network.network.trunk.state_dict() for network in (base, frozen))
        assert other
        for name, value in other.items():
            assert value.equal(own[name]), name  # statistics of the batches, too
    params = parse("branch", values["branch"], BranchParams)
    table = measure.accuracy(experiment.grid, params)
    assert set(table[table.form == "base"].task) == {"word"}
    assert set(table[table.form == "frozen"].task) == {"genre"}
    found = pathway.pathways(table)
    assert [each.task for each in found] == ["genre"]
    assert found[0].shared.after == found[0].joint.after == "norm1"
    assert found[0].separate.difference == 0
    assert pathway.sentence(found[0]).startswith("genre: ")
    points = measure.best(experiment.grid, params)
    assert set(points.form) == {"published", "matched", "frozen"}
    said = output.sentences(points)[-1]
    assert said.startswith("genre added to frozen layers of the other tasks: best")
    assert all("=" not in name and " " not in name for name in output.measures(points))


def test_a_network_that_others_start_from_is_trained_again_if_it_is_lost(store, shard_folder, values):
    values["branch"] = BRANCH | {"points": ["norm1"], "alone": ["genre"], "frozen": ["genre"]}
    grid = open_experiment(values, MACHINE, shard_folder, OUT).grid
    for training in grid.trainings:
        if training.entry.form != "frozen":
            training.answers.parent.mkdir(parents=True, exist_ok=True)
            training.answers.touch()
    assert [training.name for training in grid.left()] == [
        "base-genre-1", "frozen-genre-norm1-1", "base-genre-2", "frozen-genre-norm1-2",
    ]  # fmt: skip
    assert not grid.over()
    with grid.claimed() as first, grid.claimed() as second, grid.claimed() as third:
        assert [first.name, second.name, third] == ["base-genre-1", "base-genre-2", None]  # others wait
        first.network.mkdir(parents=True)
        (first.network / "history.csv").touch()
        with grid.claimed() as fourth:
            assert fourth.name == "frozen-genre-norm1-1"
    for training in grid.trainings:
        training.answers.touch()
    assert grid.over()
    assert grid.left() == []
    base = next(training for training in grid.trainings if training.name == "base-genre-2")
    grid.forget(base)  # it is trained again, and so is what started from it
    assert [training.name for training in grid.left()] == ["base-genre-2", "frozen-genre-norm1-2"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": [1]}, r"branch\.seeds is"),
        ({"seeds": [1, 1]}, "1 is listed twice: list each once"),
        ({"points": ["conv7"]}, r"branch\.points has 'conv7'"),
        ({"tolerance": 1e-6}, r"branch\.tolerance is 1e-06"),
    ],
)
def test_bad_params_are_named_before_anything_runs(store, shard_folder, values, change, message):
    values["branch"] = BRANCH | change
    with pytest.raises(ParamsError, match=message):
        open_experiment(values, MACHINE, shard_folder, OUT)
    assert not Path("work").exists()
