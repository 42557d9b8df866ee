"""Loggers beside MLflow, so that a training can be watched in other programs: machine.loggers."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

from pytorch_lightning.loggers import Logger, TensorBoardLogger

from heschl.train.learner import TrainingError

FOLDER = Path("work/tensorboard")


def tensorboard(run_id: str) -> Logger:
    """Return a logger that writes the run's curves to work/tensorboard/<run id>."""
    return TensorBoardLogger(FOLDER, name="", version=run_id)


LOGGERS: dict[str, tuple[str, Callable[[str], Logger]]] = {  # name: the module that it needs, how it is made
    "tensorboard": ("tensorboard", tensorboard),
}


def check_loggers(names: Sequence[str]) -> None:
    """Raise TrainingError unless every name is a logger whose program is installed."""
    for name in names:
        if name not in LOGGERS:
            raise TrainingError(f"machine.loggers has {name!r}; expected some of {', '.join(LOGGERS)}.")
        if importlib.util.find_spec(LOGGERS[name][0]) is None:
            raise TrainingError(
                f"machine.loggers has {name!r}, which is not installed. Install it: pip install {name}, or "
                "leave it out."
            )


def make_loggers(names: Sequence[str], run_id: str) -> list[Logger]:
    """Return the loggers of a run, each used by Lightning beside MLflow's."""
    return [LOGGERS[name][1](run_id) for name in names]
