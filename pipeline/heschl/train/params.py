"""Params section `train`, and all sections that a training reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from heschl.machine import MachineParams
from heschl.network.hearing import HearingParams
from heschl.params import Count, Natural, section
from heschl.tasks import TASKS
from heschl.train.adversarial import Adversarial
from heschl.train.losses import LOSSES, SCORES
from heschl.train.optimizer import OptimizerParams
from heschl.train.start import Start


@section
class TrainParams:
    """Params section `train`: what the result depends on."""

    seed: int
    epochs: Count
    batch_size: Count  # clips in a step, over all processes
    optimizer: OptimizerParams
    loss_weights: dict[str, float]  # task -> weight
    other_clips: Literal["null_class", "masked"]  # a task counts other tasks' clips as its null class, or not
    patience: Natural  # epochs without a lower validation loss before training stops; 0: never
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed", "64-true"]  # auto: as the device has it
    overfit_batches: Natural  # Lightning's: train on this many batches again and again; 0: off
    fast_dev_run: Natural  # Lightning's: a trial run of this many batches, no checkpoints; 0: off
    adversarial: Adversarial | None = None  # who changes the clips before each step; None: nobody


@dataclass(frozen=True)
class Sections(HearingParams):
    """The params sections of a training: sound, cochleagram, network, train, machine."""

    train: TrainParams
    machine: MachineParams


@dataclass(frozen=True)
class Course:
    """How a training goes where it is not the stage's own: one of a search.

    until  : epoch after which it pauses, while the learning rate goes by train.epochs; None: the last
    tasks  : those that it learns, of the shards'; None: all
    start  : trained layers that it keeps as they are, and adds new ones to; None: all are new
    tags   : of its MLflow run, such as the run's name
    verify : compare the checksums of the shards first
    again  : the command that resumes it
    """

    until: int | None = None
    tasks: tuple[str, ...] | None = None
    start: Start | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    verify: bool = True
    again: str = "dvc repro"


def check_tasks(params: TrainParams, tasks: Collection[str]) -> None:
    """Raise ValueError unless each task of the shards is registered and has a loss, a score and a weight."""
    for task in tasks:
        if task not in TASKS:
            raise ValueError(
                f"the shards have the task {task!r}, which is not registered: heschl.tasks has "
                f"{', '.join(TASKS)}. Add a file to pipeline/heschl/tasks, or rerun: "
                "dvc repro -f mixtures shards."
            )
        for kind, name, known in (
            ("loss", TASKS[task].loss, LOSSES),
            ("score", TASKS[task].score, SCORES),
        ):
            if name not in known:
                raise ValueError(
                    f"the {kind} of task {task!r} is {name!r}; expected one of {', '.join(known)}. "
                    "Add it to pipeline/heschl/train/losses.py."
                )
    if set(params.loss_weights) != set(tasks):
        raise ValueError(
            f"train.loss_weights has {sorted(params.loss_weights)}; the shards' tasks are {sorted(tasks)}. "
            "Give each task a weight."
        )
