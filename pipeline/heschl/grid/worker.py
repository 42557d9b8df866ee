"""A worker of an experiment: it trains networks, and lets them answer the test clips, until all have."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

from heschl import tracking
from heschl.evaluate.params import EvaluateParams
from heschl.evaluate.predict import answer
from heschl.grid import answers
from heschl.grid.trainings import Entry, Grid, Training
from heschl.machine import MachineParams, device_of
from heschl.network.hearing import Hearing
from heschl.network.saved import load_network
from heschl.params import parse
from heschl.search import parent, plan
from heschl.search.training import alone, parsed
from heschl.shards.read import Shards
from heschl.train.fit import fit
from heschl.train.history import duration
from heschl.train.learner import TrainingError
from heschl.train.params import Course
from heschl.train.start import Start

POLL_S = 1.0  # where other workers hold all that is left


@dataclass(frozen=True)
class Experiment(Generic[Entry]):
    """An experiment with all that a worker needs.

    values  : of each network by its name, all of params.yaml, plain; train.seed is that of the training
    threads : of a training on the CPU
    own     : multiplications of the network of params.yaml for a clip, times its epochs
    run_id  : of the experiment's MLflow run
    again   : the command that goes on with it
    also    : what else is done with a trained network and the test clips
    tasks   : of networks that do not learn all tasks, by name
    branch  : of networks that start from another: the task in whose branch its deeper layers are
    """

    grid: Grid[Entry]
    values: Mapping[str, Mapping[str, Any]]
    machine: MachineParams
    threads: int
    shards: Path
    own: int
    run_id: str
    again: str
    also: Callable[[Training[Entry], Hearing, Shards], None] | None = None
    tasks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    branch: Mapping[str, str] = field(default_factory=dict)

    def progress(self) -> str:
        """Say where the experiment is, how far it has come and how much training it is in all."""
        trainings = self.grid.trainings
        ended = sum(each.answers.is_file() for each in trainings)
        planned = sum(
            each.entry.cost.macs * self.values[each.entry.name]["train"]["epochs"] for each in trainings
        )
        counts = f"{len(trainings)} networks to train, {ended} have ended"
        return f"{self.grid.folder}: {counts}; {plan.said(planned, self.own)}"

    def work(self) -> None:
        """Train until all have ended, also what other workers leave."""
        while not self.grid.over():
            with self.grid.claimed() as training:
                if training is None:
                    time.sleep(POLL_S)
                    continue
                began = time.monotonic()
                said = self._train(training)
                print(f"{training.name}: {said} ({duration(time.monotonic() - began)})", flush=True)

    def _course(self, training: Training[Entry]) -> Course:
        tags = {parent.NAME: training.name, parent.PARENT: self.run_id}
        name, first = training.entry.name, self.grid.start(training)
        start = Start(first.network, self.branch[name]) if first else None
        return Course(tasks=self.tasks.get(name), start=start, tags=tags, again=self.again)

    def _train(self, training: Training[Entry]) -> str:
        """Train a network, keep its answers, and return its accuracies in words."""
        values = self.values[training.entry.name]
        values = {**values, "train": {**values["train"], "seed": training.seed}}
        sections = parsed(values, self.machine)
        course = self._course(training)
        self.grid.forget(training)
        with alone(training.work, self.threads, self.machine):
            try:
                fit(self.shards, training.work, training.network, sections, values, course)
            except TrainingError as error:
                raise TrainingError(f"{training.name} cannot be trained, nor compared: {error}") from error
        device = device_of(sections.machine)
        hearing, test = load_network(training.network, device), Shards.open(self.shards, "test", verify=False)
        params = parse("evaluate", values["evaluate"], EvaluateParams)
        found = answer(hearing, test, params, device).clips
        shares = found.groupby("task", sort=True).correct.mean()
        run_id = (training.network / "run_id").read_text()
        tracking.log_metrics(run_id, {f"test.{task}": float(share) for task, share in shares.items()})
        if self.also:
            self.also(training, hearing, test)
        answers.write(training, answers.of_all(found, test))
        shutil.rmtree(training.work.parent)
        return ", ".join(f"{task} {share:.1%}" for task, share in shares.items())
