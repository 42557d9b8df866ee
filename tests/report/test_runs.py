"""The runs compared are those of the same data that were evaluated; without a store the page goes without."""

import pytest
from mlflow.entities import Dataset, DatasetInput, Param

from heschl import tracking
from heschl.report.runs import compared

pytestmark = pytest.mark.usefixtures("store")
NAMES = ["word_clean"]
LATER = ("behavior.seed", "corpus.folder", "decode.folder", "encode.folder", "modulation.scales")


def add(epochs, began, data="one", status="FINISHED", **metrics):
    """Put a run into the store; return its id."""
    tracker = tracking.client()
    run = tracker.create_run(
        tracking.experiment_id(tracker), start_time=began, run_name=f"run {began}"
    ).info.run_id
    tracker.log_batch(
        run,
        params=[
            Param("train.epochs", str(epochs)),
            Param("train.seed", "1"),
            *(Param(name, str(epochs)) for name in LATER),
        ],
    )
    tracker.log_inputs(run, [DatasetInput(Dataset("shards", data, "local", "{}"))])
    tracking.log_metrics(
        run, {f"test.{name}": value for name, value in metrics.items()} | {"train_loss": 1.0}
    )
    tracker.set_terminated(run, status)
    return run


def test_runs_of_the_same_data_that_were_evaluated_from_the_newest():
    this, older, newer = add(8, 20, word_clean=0.5), add(12, 10, word_clean=0.7), add(8, 30, word_clean=0.6)
    add(8, 40, data="other", word_clean=0.9)
    add(8, 50, status="FAILED", word_clean=0.9)
    add(8, 60)
    add(8, 70, other=0.9)
    found = compared(this, 8, NAMES)
    assert [run.id for run in found] == [newer, this, older]
    assert [run.metrics for run in found] == [{"word_clean": 0.6}, {"word_clean": 0.5}, {"word_clean": 0.7}]
    assert [run.differs for run in found] == [{}, {}, {"train.epochs": ("12", "8")}]
    assert [run.id for run in compared(this, 1, NAMES)] == [newer, this]
    assert compared(this, 0, NAMES) == []
    assert compared("0" * 32, 8, NAMES) == []


def test_without_a_store_there_are_none_and_it_is_not_made():
    (tracking.top() / tracking.STORE).unlink()
    assert compared("0" * 32, 8, NAMES) == []
    assert not (tracking.top() / tracking.STORE).exists()
