"""Trainings in processes of their own: killed at every kind of moment, and resumed, by one process or two."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from heschl import tracking
from heschl.shards.batches import train_batches
from heschl.tracking import find
from tests.helpers.trainings import changed, rows_of, run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("store")]
EPOCHS, STEPS = 3, 5  # 44 clips in batches of 8


def status_of(run_id):
    return tracking.client().get_run(run_id).info.status


def settled(run_id):
    """Return the status of a run once it is not RUNNING: the guard of a training needs a moment."""
    for _ in range(600):
        if status_of(run_id) != "RUNNING":
            break
        time.sleep(0.1)
    return status_of(run_id)


def same(one, other):
    return all(
        (Path(one) / name).read_bytes() == (Path(other) / name).read_bytes()
        for name in ("weights.pt", "history.csv")
    )


def test_a_training_killed_at_every_kind_of_moment_ends_as_if_it_had_not_been(shard_folder, sections):
    sections = changed(sections, epochs=EPOCHS)
    assert run(sections, shard_folder, "whole")[0] == 0
    kills = [
        ("kill:step:1", -9, "KILLED"),  # before there is a checkpoint
        ("kill:step:3", -9, "KILLED"),  # in an epoch
        ("kill:validation:0", -9, "KILLED"),
        ("TERM:step:6", 143, "KILLED"),
        ("kill:checkpoint:2", -9, "KILLED"),  # while one is written
        ("USR1:step:11", 138, "KILLED"),
        ("TERM:validation:2", 143, "KILLED"),
        ("kill:network:0", -9, "KILLED"),  # with all epochs done
        ("kill:artifact:2", -9, "KILLED"),  # with part of the network in the run
    ]
    run_ids = set()
    for driver, returned, status in kills:
        code, output = run(sections, shard_folder, "network", driver)
        assert code == returned, output
        assert not Path("network").exists()
        (kept,) = Path("work/train").glob("*/run_id")
        run_ids.add(kept.read_text())
        assert settled(kept.read_text()) == status, driver
        assert (kept.parent / "stopped").is_file() == (returned > 0)
        assert ("train: stopped at step" in output) == (returned > 0), output
        assert ("`dvc repro` resumes" in output) == (returned > 0), output
    code, output = run(sections, shard_folder, "network")
    assert code == 0, output
    assert "epoch 1/" not in output
    assert "epoch 3/" not in output
    assert same("whole", "network")
    assert {(Path("network") / "run_id").read_text()} == run_ids
    (run_id,) = run_ids
    assert status_of(run_id) == "FINISHED"
    with find.network_of(run_id) as (_, folder):
        assert same("whole", folder)
    assert not list(Path("work/train").glob("*/*.ckpt"))


def test_a_kill_between_the_end_of_training_and_the_commit_costs_seconds(shard_folder, sections):
    sections = changed(sections, epochs=1)
    code, output = run(sections, shard_folder, "models/network", "kill:output:0")
    assert code == -9, output
    assert not Path("models/network").exists()
    code, output = run(sections, shard_folder, "models/network", "kill:step:0")  # it does not come to a step
    assert code == 0, output
    assert "was finished before" in output
    first = {path.name: path.read_bytes() for path in Path("models/network").iterdir()}
    shutil.rmtree("models/network")  # by DVC, which was killed before it recorded the network
    code, output = run(sections, shard_folder, "models/network", "kill:step:0")
    assert code == 0, output
    assert {path.name: path.read_bytes() for path in Path("models/network").iterdir()} == first
    assert status_of(first["run_id"].decode()) == "FINISHED"


def seen(folder):
    """Return the clips of each step, a list for each process that recorded some."""
    steps = {}
    for file in Path(folder).glob("*.jsonl"):
        mine = {}
        for step, numbers in map(json.loads, file.read_text().splitlines()):
            mine.setdefault(step, []).append(numbers)
        for step, parts in mine.items():
            steps.setdefault(step, []).append(sorted(np.concatenate(parts).tolist()))
    return steps


def expected(epochs):
    batches = [batch for epoch in range(epochs) for batch in train_batches(44, 8, 1, epoch)]
    return [sorted(batch.tolist()) for batch in batches]


def test_a_training_resumes_within_an_epoch_with_two_processes_and_workers(shard_folder, sections):
    for name in ("one", "two"):
        Path(name).mkdir()
    sections = changed(sections, epochs=2)
    code, output = run(
        changed(sections, workers=1), shard_folder, "network", "GROUP:step:6,record:one"
    )  # the worker hears it too
    assert code == 138, output
    code, output = run(
        changed(sections, devices=2, strategy="ddp", workers=1), shard_folder, "network", "record:two"
    )
    assert code == 0, output
    first, rest = seen("one"), seen("two")
    assert sorted(first) == list(range(7))  # the signal came in step 6, which was finished and kept
    assert sorted(rest) == list(range(7, 10))
    assert {len(parts) for parts in rest.values()} == {2}
    together = [
        sorted(clip for part in parts for clip in part) for _, parts in sorted((first | rest).items())
    ]
    assert together == expected(2)
    assert [row["epoch"] for row in rows_of("network")] == ["1", "2"]


def test_processes_that_see_different_code_stop_instead_of_waiting_for_each_other(shard_folder, sections):
    sections = changed(sections, epochs=2)
    code, output = run(sections, shard_folder, "network", "TERM:step:6")
    assert code == 143, output
    code, output = run(changed(sections, devices=2, strategy="ddp"), shard_folder, "network", "edited")
    assert code not in (0, None), output
    assert "the processes do not start from the same place" in output
    assert "dvc repro" in output


def test_a_changed_param_starts_a_new_training(shard_folder, sections):
    Path("new").mkdir()
    code, output = run(sections, shard_folder, "network", "TERM:step:6")
    assert code == 143, output
    (kept,) = Path("work/train").glob("*/run_id")
    first = kept.read_text()
    code, output = run(changed(sections, weight_decay=0.02), shard_folder, "network", "record:new")
    assert code == 0, output
    assert sorted(seen("new")) == list(range(10))
    assert Path("network/run_id").read_text() != first
    assert status_of(first) == "KILLED"
    assert list(kept.parent.glob("*.ckpt"))  # the stopped training can still be resumed
