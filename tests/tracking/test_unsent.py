"""A store that fails in the middle of a run: nothing is lost, and one command sends it later."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from heschl import tracking
from heschl.commands import runs
from heschl.tracking import unsent
from heschl.tracking.run import TrackingError, open_run

pytestmark = pytest.mark.usefixtures("store", "fresh")
INDEX = {"digest": "0" * 64, "splits": {}}


@pytest.fixture
def fresh(monkeypatch):
    """A process that has not seen a store fail."""
    monkeypatch.setattr(unsent, "_until", {})


@pytest.fixture
def away(monkeypatch):
    """A store that has just failed."""
    monkeypatch.setitem(unsent._until, tracking.tracking_uri(), float("inf"))


def database(statement):
    with closing(sqlite3.connect(tracking.STORE)) as store, store:
        store.execute(statement)


@pytest.fixture
def full():
    """Return the function that fills the SQLite store, and the one that makes room."""

    def fill():
        for table in ("metrics", "tags"):
            what = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            database(f"CREATE TRIGGER full_{table} BEFORE INSERT ON {table} {what}")
        what = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        database(f"CREATE TRIGGER full_runs BEFORE UPDATE ON runs {what}")

    def empty():
        for table in ("metrics", "tags", "runs"):
            database(f"DROP TRIGGER full_{table}")

    return fill, empty


def opened():
    return open_run({}, Path("data/shards"), INDEX, None, "process")


def test_a_run_survives_a_store_that_is_full_and_is_sent_by_one_command(full, capsys, monkeypatch):
    fill, empty = full
    run_id = opened()
    points = tracking.Points(run_id)
    points.add({"loss": 3.0}, 1)
    points.flush()
    fill()
    for step in (2, 3):
        points.add({"loss": 3.0 / step}, step)
        points.flush()
    Path("weights.pt").write_text("weights")
    assert tracking.log_artifacts(run_id, "network", Path("weights.pt"))
    Path("weights.pt").write_text("of a later training")
    assert tracking.log_metrics(run_id, {"accuracy": 0.5})
    tracking.close_run(run_id, "FINISHED")
    said = capsys.readouterr().err
    assert said.count("heschl runs send") == 1
    assert "database or disk is full" in said
    assert tracking.client().get_run(run_id).info.status == "RUNNING"

    empty()
    monkeypatch.setattr(sys, "argv", ["heschl runs", "send"])
    runs.main()
    run = tracking.client().get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"loss": 1.0, "accuracy": 0.5}
    history = tracking.client().get_metric_history(run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(1, 3.0), (2, 1.5), (3, 1.0)]
    with tracking.artifacts(run_id, "network", ["weights.pt"]) as folder:
        assert (folder / "weights.pt").read_text() == "weights"
    assert not tracking.waiting()
    runs.main()
    assert "Nothing is waiting" in capsys.readouterr().out


def test_a_store_that_is_back_gets_what_was_kept_before_what_follows(full):
    fill, empty = full
    run_id = opened()
    fill()
    tracking.close_run(run_id, "KILLED")
    empty()
    assert open_run({}, Path("data/shards"), INDEX, run_id, "next") == run_id
    assert tracking.waiting() == [run_id]  # the store is left alone for a while
    tracking.close_run(run_id, "FINISHED")
    assert tracking.client().get_run(run_id).info.status == "FINISHED"
    assert not tracking.waiting()


def test_a_store_that_cannot_open_a_run_stops_the_training_with_the_remedy(full):
    full[0]()
    with pytest.raises(
        TrackingError, match=r"no MLflow run can be opened .*full[\s\S]*unset MLFLOW_TRACKING_URI"
    ):
        opened()


def test_a_run_that_another_store_has_stays_kept(capsys, monkeypatch, away):
    tracking.log_metrics("f" * 32, {"accuracy": 0.5})
    monkeypatch.setattr(sys, "argv", ["heschl runs", "send"])
    with pytest.raises(SystemExit, match="1 of 1 runs stay"):
        runs.main()
    assert "has no such run. Set MLFLOW_TRACKING_URI" in capsys.readouterr().err
    assert tracking.waiting() == ["f" * 32]


def test_half_a_line_of_a_killed_process_is_left_out(away):
    run_id = opened()
    tracking.log_metrics(run_id, {"accuracy": 0.5})
    with open(f"work/runs/{run_id}/records.jsonl", "a") as file:
        file.write('{"kind": "metr')
    assert tracking.send(run_id)
    assert tracking.client().get_run(run_id).data.metrics == {"accuracy": 0.5}


def test_a_deleted_run_is_not_kept():
    run_id = opened()
    tracking.client().delete_run(run_id)
    assert not tracking.log_metrics(run_id, {"accuracy": 0.5})
    assert not tracking.waiting()


def test_a_disk_that_cannot_keep_a_record_fails_nothing(away, capsys):
    run_id = opened()
    Path("work").write_text("a file where the folder should be")
    assert not tracking.log_metrics(run_id, {"accuracy": 0.5})
    assert f"the record of run {run_id} is lost" in capsys.readouterr().err


def test_a_file_that_the_store_of_artifacts_refuses_does_not_hold_up_the_rest(monkeypatch):
    run_id, sent = opened(), MlflowClient.log_artifact

    def full(*given):
        raise OSError("No space left on device")

    monkeypatch.setattr(MlflowClient, "log_artifact", full)
    Path("weights.pt").write_text("weights")
    tracking.log_artifacts(run_id, "network", Path("weights.pt"))
    tracking.close_run(run_id, "FINISHED")
    assert tracking.client().get_run(run_id).info.status == "FINISHED"
    assert tracking.waiting() == [run_id]
    monkeypatch.setattr(MlflowClient, "log_artifact", sent)
    assert tracking.send(run_id)
    assert tracking.has_artifacts(run_id, "network", ["weights.pt"])
