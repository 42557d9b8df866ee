"""The experiment with real trainings, and with workers that are killed."""

import contextlib
import multiprocessing
import random
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline import tracking
from pipeline.branch import measure, output
from pipeline.branch.grid import Grid
from pipeline.branch.transfer import COLUMNS
from pipeline.branch.worker import open_experiment
from pipeline.network.saved import load_network
from pipeline.params import ParamsError, plain
from pipeline.search import parent
from pipeline.search.columns import digest_of
from tests.branch.test_measure import PARAMS, TRUTH, points_of_truth
from tests.helpers.trainings import MACHINE

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.branch.test_worker"])
BRANCH = {
    "seeds": [1, 2],
    "points": ["input", "pool1"],
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
    experiment = open_experiment(values, MACHINE, shard_folder)
    experiment.work()
    files = output.write(experiment, digest_of(shard_folder), Path("search/branch"))
    points = measure.best(experiment.grid, experiment.params)
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
    assert len(below) == 8
    for training in experiment.grid.trainings:
        run = below[training.name]
        assert run.data.tags["mlflow.parentRunId"] == above.info.run_id
        assert run.data.params["train.seed"] == str(training.seed)
        network = load_network(training.network)
        assert network.params.network == training.point.params
        answers = pd.read_csv(training.answers)
        assert run.data.metrics["test.word"] == pytest.approx(answers[answers.task == "word"].correct.mean())
    separate, shared = (
        load_network(experiment.grid.folder / "networks" / f"published-{after}-1").layers
        for after in ("input", "pool1")
    )
    assert "word.conv1" in separate
    assert "conv1" in shared


def test_it_goes_on_where_it_was(store, shard_folder, values, capsys):
    values["branch"] = BRANCH | {"points": ["pool1"]}
    experiment = open_experiment(values, MACHINE, shard_folder)
    with experiment.grid.claimed() as first, experiment.grid.claimed() as second:
        assert first.name == "published-pool1-1"
        assert second.name == "matched-pool1-1"
    experiment.work()
    assert capsys.readouterr().out.count(" s)") >= 4
    again = open_experiment(
        values | {"branch": BRANCH | {"points": ["pool1"], "seeds": [1, 2, 3]}}, MACHINE, shard_folder
    )
    assert again.grid.folder == experiment.grid.folder  # more seeds train only the new ones
    assert [training.answers.is_file() for training in again.grid.trainings] == [True] * 4 + [False] * 2


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
        open_experiment(values, MACHINE, shard_folder)
    assert not Path("work").exists()


def fake(folder, wait):
    """Work on a grid of trainings that take no time; every training leaves a line with its name."""
    grid = Grid(points_of_truth(TRUTH), PARAMS.seeds, Path(folder))
    while not grid.over():
        with grid.claimed() as training:
            if training is None:
                time.sleep(0.01)
                continue
            time.sleep(wait)
            training.answers.parent.mkdir(parents=True, exist_ok=True)
            with open(Path(folder) / "done", "a") as file:
                file.write(f"{training.name}\n")
            training.answers.write_text(training.name)


def test_workers_share_the_trainings_and_take_over_what_killed_ones_left(tmp_path):
    draw, processes = random.Random(2), []
    for _ in range(8):
        process = FORKS.Process(target=fake, args=(str(tmp_path), 0.02))
        process.start()
        processes.append(process)
        time.sleep(draw.uniform(0.0, 0.1))
        if len(processes) < 6:
            draw.choice(processes).kill()
    for process in processes:
        process.join()
    grid = Grid(points_of_truth(TRUTH), PARAMS.seeds, tmp_path)
    assert grid.over()
    assert {path.stem for path in (tmp_path / "answers").iterdir()} == {each.name for each in grid.trainings}


def test_no_training_is_done_twice(tmp_path):
    processes = [FORKS.Process(target=fake, args=(str(tmp_path), 0.005)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    done = (tmp_path / "done").read_text().split()
    assert len(done) == len(set(done)) == len(TRUTH) * len(PARAMS.seeds)


def test_a_training_is_held_by_one_worker(tmp_path):
    grid = Grid(points_of_truth(TRUTH), PARAMS.seeds, tmp_path)
    with contextlib.ExitStack() as stack:
        names = [stack.enter_context(grid.claimed()).name for _ in grid.trainings]
        assert len(set(names)) == len(grid.trainings)
        assert stack.enter_context(grid.claimed()) is None
    with replace(grid).claimed() as training:
        assert training.name == names[0]
