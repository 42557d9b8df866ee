"""Fit a network with Lightning, in one process or many, and resume a training that was interrupted."""

import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytorch_lightning as pl
import torch
from rich.console import Console
from torch import Tensor

from heschl import tracking
from heschl.memory import keep_memory
from heschl.network.hearing import Hearing
from heschl.network.saved import config_of, save_network, to_channels_last
from heschl.train.checkpoints import SIGNALS, STOPPED, Checkpoints
from heschl.train.clips import ClipModule
from heschl.train.environment import together
from heschl.train.history import History
from heschl.train.learner import Learner
from heschl.train.loggers import check_loggers, make_loggers
from heschl.train.messages import quiet
from heschl.train.params import Course, Sections, check_tasks
from heschl.train.record import RunLogger, log_network, recorded
from heschl.train.start import take_trunk
from heschl.train.trainer import find_rate, make_trainer, precision_of
from heschl.work import replacing

RATE = "learning_rate"  # file that keeps the rate that the finder found
WHOLE = Course()  # of the stage
PRECISION = "precision"  # file that keeps what train.precision auto stood for


def fit(
    shards: Path,
    work: Path,
    out: Path,
    sections: Sections,
    record: Mapping[str, Any],
    course: Course = WHOLE,
) -> dict[str, float] | None:
    """Train on the shards, write the best epoch's network to `out`, and return that epoch's measures.

    work    : folder of checkpoints; an interrupted training resumes from the last one there
    record  : all params as plain values, for MLflow, which gets the precision that `auto` stands for
    course  : how far to train, which tasks; a training that has paused goes on when it is called with more
    returns : None in all processes but the first
    raises  : ValueError, ParamsError, ShardError before training; TrainingError if it cannot continue
    """
    _prepare(work)
    machine = sections.machine
    check_loggers(machine.loggers)
    params = replace(sections.train, precision=_precision(sections, work))
    record = {**record, "train": {**record["train"], "precision": params.precision}}
    sections = replace(sections, train=params)
    pl.seed_everything(params.seed, workers=True, verbose=False)
    history = History(quiet=not Console().is_terminal)
    checkpoints = Checkpoints(work, machine.checkpoint_steps, history, params.precision)
    trainer = make_trainer(params, machine, [history, checkpoints], work, course.until)
    clips = ClipModule(shards, params, machine.workers, verify=course.verify and trainer.local_rank == 0)
    labels = {
        task: names for task, names in clips.labels.items() if course.tasks is None or task in course.tasks
    }
    check_tasks(params, labels)
    hearing = _hearing(sections, labels)
    fixed = [take_trunk(hearing.network, course.start)] if course.start else []
    learner = Learner(hearing, params, clips.sequence(trainer).steps, fixed)
    if not trainer.is_global_zero:
        _train(trainer, learner, clips, checkpoints, work)
        return None
    index = clips.splits["train"].index
    with recorded(work, record, shards, index, course.tags) as points, _said(trainer, checkpoints, course):
        _keep(work / PRECISION, params.precision)
        _train(trainer, learner, clips, checkpoints, work, points, machine.loggers)
        row, state = _best(checkpoints, learner.hearing)
        save_network(out, state, _config(sections, learner.hearing), history.rows, points.run_id)
        if not params.fast_dev_run and course.until in (None, params.epochs):
            log_network(out, points.run_id)
    return row


def _prepare(work: Path) -> None:
    """Set this process up: messages, memory, signals."""
    quiet()
    keep_memory()
    torch.utils.deterministic.fill_uninitialized_memory = False  # 2 % of a small step, and changes nothing
    for number in SIGNALS:  # until Checkpoints handles them
        signal.signal(number, partial(_stop, work))


def _stop(work: Path, number: int, frame: FrameType | None) -> None:
    (work / STOPPED).write_text(signal.Signals(number).name)
    sys.exit(128 + number)


@contextlib.contextmanager
def _said(trainer: pl.Trainer, checkpoints: Checkpoints, course: Course) -> Iterator[None]:
    """Say where a signal or Ctrl-C stopped a training, and how to resume it."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        kept = checkpoints.kept_step()
        step = trainer.global_step if kept is None else max(trainer.global_step, kept)
        how = f"there is no checkpoint yet: `{course.again}` starts over"
        if kept is not None:
            how = f"`{course.again}` resumes" + ("" if kept == step else f" at step {kept}")
        print(f"train: stopped at step {step}; {how}", file=sys.stderr, flush=True)
        raise


def _keep(path: Path, text: str) -> None:
    with replacing(path, "w") as file:
        file.write(text)


def _precision(sections: Sections, work: Path) -> str:
    """Return the precision of a training: one that resumes elsewhere keeps what it began in."""
    kept = work / PRECISION
    return kept.read_text() if kept.is_file() else precision_of(sections.train, sections.machine)


def _hearing(sections: Sections, labels: Mapping[str, Sequence[str]]) -> Hearing:
    """Return the network with random weights, as the machine computes it."""
    hearing = Hearing(sections, labels)
    if sections.machine.channels_last:
        to_channels_last(hearing.network)
    if sections.machine.compile:
        hearing.network.compile(dynamic=False)
    return hearing


def _train(
    trainer: pl.Trainer,
    learner: Learner,
    clips: ClipModule,
    checkpoints: Checkpoints,
    work: Path,
    points: tracking.Points | None = None,
    loggers: Sequence[str] = (),
) -> None:
    """Train to the end, from the newest checkpoint if there is one; log to the run, in the first process."""
    params = learner.params
    with together(trainer):
        if params.optimizer.learning_rate == "find" and not params.fast_dev_run:
            learner.learning_rate = _rate(trainer, learner, clips, work / RATE, points)
        # after the finder, which would close the run
        trainer.loggers = [RunLogger(points), *make_loggers(loggers, points.run_id)] if points else []
        start = checkpoints.newest()
        if start and points:
            print(f"  resuming at step {checkpoints.kept_step()}", flush=True)
        trainer.fit(learner, clips, ckpt_path=start, weights_only=True)


def _rate(
    trainer: pl.Trainer, learner: Learner, clips: ClipModule, kept: Path, points: tracking.Points | None
) -> float:
    """Return the learning rate that the finder suggests; an interrupted training keeps the one it had."""
    if kept.is_file():
        return float(kept.read_text())
    found = find_rate(trainer, learner, clips)
    if points:
        _keep(kept, repr(found))
        tracking.log_metrics(points.run_id, {"found_learning_rate": found})
    return found


def _best(checkpoints: Checkpoints, hearing: Hearing) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Return the best epoch's row and weights; after a fast_dev_run, which keeps no checkpoints, the last."""
    found = checkpoints.best()
    if not found:
        return checkpoints.history.rows[-1], hearing.network.state_dict()
    row, path = found
    prefix, state = "hearing.network.", torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    return row, {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _config(sections: Sections, hearing: Hearing) -> dict[str, Any]:
    """Return the network's config: the sections that it results from, its labels and size."""
    names = ("sound", "cochleagram", "network", "train")
    config = config_of({name: getattr(sections, name) for name in names}, hearing.labels)
    return config | {"parameters": sum(weight.numel() for weight in hearing.parameters())}
