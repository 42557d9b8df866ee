"""Two trainings may find at the same time that there is no experiment yet."""

import pytest
from mlflow.exceptions import MlflowException

from heschl import tracking
from heschl.tracking.store import experiment_id

pytestmark = pytest.mark.usefixtures("store")


def late(tracker, monkeypatch):
    """Let the tracker miss the experiment the first time it looks."""
    find, missed = tracker.get_experiment_by_name, [None]
    monkeypatch.setattr(
        tracker, "get_experiment_by_name", lambda name: missed.pop() if missed else find(name)
    )
    return tracker


def test_an_experiment_that_another_training_creates_meanwhile_is_used(monkeypatch):
    created = experiment_id(tracking.client())
    assert experiment_id(late(tracking.client(), monkeypatch)) == created


def test_an_experiment_that_cannot_be_created_is_an_error(monkeypatch):
    def refuse(*args, **values):
        raise MlflowException("not now")

    tracker = tracking.client()
    monkeypatch.setattr(tracker, "create_experiment", refuse)
    with pytest.raises(MlflowException, match="not now"):
        experiment_id(tracker)
