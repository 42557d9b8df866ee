"""Loggers beside MLflow have its curves."""

from pathlib import Path

import pytest

from heschl.tracking import client
from heschl.train import loggers
from heschl.train.learner import TrainingError
from tests.helpers.trainings import changed, fit

pytestmark = pytest.mark.usefixtures("store")


@pytest.mark.slow
def test_tensorboard_has_the_curves_of_mlflow(shard_folder, sections):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    fit(shard_folder, sections, "alone")
    fit(shard_folder, changed(sections, loggers=["tensorboard"]))
    run_id = Path("network/run_id").read_text()
    assert Path("network/weights.pt").read_bytes() == Path("alone/weights.pt").read_bytes()
    shown = EventAccumulator(str(loggers.FOLDER / run_id))
    shown.Reload()
    names = shown.Tags()["scalars"]
    assert {"validation_loss", "learning_rate", "train_step_loss"} <= set(names)
    for name in names:
        points = client().get_metric_history(run_id, name)
        expected = [(point.step, pytest.approx(point.value, rel=1e-6)) for point in points]
        assert [(point.step, point.value) for point in shown.Scalars(name)] == expected
    assert [path.name for path in loggers.FOLDER.iterdir()] == [run_id]


def test_a_logger_that_is_unknown_or_not_installed(shard_folder, sections, monkeypatch):
    with pytest.raises(TrainingError, match=r"machine\.loggers has 'wandb'; expected some of tensorboard"):
        fit(shard_folder, changed(sections, loggers=["wandb"]))
    monkeypatch.setitem(loggers.LOGGERS, "tensorboard", ("absent_program", loggers.tensorboard))
    with pytest.raises(TrainingError, match=r"not installed\. Install it: pip install tensorboard, or leave"):
        fit(shard_folder, changed(sections, loggers=["tensorboard"]))
    assert not Path("network").exists()
