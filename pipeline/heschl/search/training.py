"""Train a trial to the end of a rung, with the training of the stage `train`."""

import contextlib
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from heschl.audio import Sound
from heschl.ear.params import CochleagramParams
from heschl.machine import MachineParams
from heschl.network.table import NetworkParams
from heschl.params import parse, plain
from heschl.search.params import SearchParams
from heschl.search.parent import NAME, PARENT
from heschl.search.rungs import Values
from heschl.search.study import Job
from heschl.tasks import TASKS
from heschl.train.checkpoints import SIGNALS
from heschl.train.fit import fit
from heschl.train.params import Course, Sections, TrainParams


def train(
    job: Job,
    params: SearchParams,
    tasks: tuple[str, ...],
    machine: MachineParams,
    shards: Path,
    parent: str,
    verify: bool = True,
) -> Values:
    """Return the validation scores that a trial reaches by the end of a rung: of each task, or their mean.

    The scores are those of the epoch with the lowest validation loss, which is the network that is kept.

    tasks  : that it learns
    parent : id of the MLflow run of the search
    verify : compare the checksums of the shards first
    raises : TrainingError if it cannot be trained, OutOfMemoryError
    """
    sections = sections_of(job.sections, params, tasks, machine)
    record = {**job.sections, "train": plain(sections.train), "machine": plain(sections.machine)}
    tags = {NAME: f"trial {job.number:04d}", PARENT: parent}
    course = Course(params.epochs[job.rung], tasks, None, tags, verify, "heschl search")
    with alone(job.work, params.threads, machine):
        row = fit(shards, job.work, job.network, sections, record, course)
    assert row is not None  # a trial trains in one process
    found = tuple(row[f"validation_{task}_{TASKS[task].score}"] for task in tasks)
    return found if params.objective == "front" else (sum(found) / len(found),)


@contextlib.contextmanager
def alone(work: Path, threads: int, machine: MachineParams) -> Iterator[None]:
    """Prepare for a training that depends on no earlier one in this process, and restore signal handlers."""
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(threads)
    if machine.compile:
        torch.compiler.reset()  # else it compiles only so many networks in a process
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def sections_of(
    values: Mapping[str, Any], params: SearchParams, tasks: tuple[str, ...], machine: MachineParams
) -> Sections:
    """Return the sections of a trial's training; raises ParamsError.

    values : all of params.yaml, plain, with what the trial drew
    """
    found = parsed(values, machine)
    weights = {task: weight for task, weight in found.train.loss_weights.items() if task in tasks}
    return replace(found, train=replace(found.train, epochs=params.epochs[-1], loss_weights=weights))


def parsed(values: Mapping[str, Any], machine: MachineParams) -> Sections:
    """Return the sections of a training in one process; values : all of params.yaml, plain."""
    kinds = {"sound": Sound, "cochleagram": CochleagramParams, "network": NetworkParams, "train": TrainParams}
    single = replace(machine, devices=1, num_nodes=1, strategy="auto", launch=[])
    return Sections(
        **{name: parse(name, values.get(name), kind) for name, kind in kinds.items()}, machine=single
    )
