"""A worker of the experiment: it trains networks, and lets them answer the test clips, until all have."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import tracking, work
from pipeline.branch.grid import KEPT, Grid, Training
from pipeline.branch.params import BranchParams
from pipeline.branch.points import points_of
from pipeline.branch.transfer import transfer
from pipeline.evaluate.params import EvaluateParams
from pipeline.evaluate.predict import answer
from pipeline.machine import MachineParams, device_of
from pipeline.network.hearing import Hearing
from pipeline.network.saved import load_network
from pipeline.params import parse, plain
from pipeline.search import parent
from pipeline.search.training import alone, parsed
from pipeline.shards.index import INDEX, read_index
from pipeline.shards.read import Shards
from pipeline.tables import write_csv
from pipeline.train.fit import fit
from pipeline.train.history import duration
from pipeline.train.params import Course, Sections, check_tasks

POLL_S = 1.0  # where other workers hold all that is left
INPUTS = ("sound", "tasks", "cochleagram", "network", "train", "evaluate", "activations", "decode")
CODE = ("audio", "activations", "branch.points", "branch.transfer", "decode", "ear", "evaluate", "network")
CODE += ("shards", "statistics", "tasks", "train")


@dataclass(frozen=True)
class Experiment:
    """The experiment with all that a worker needs.

    values : all of params.yaml, plain
    run_id : of its MLflow run
    """

    grid: Grid
    params: BranchParams
    sections: Sections
    values: Mapping[str, Any]
    shards: Path
    run_id: str

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

    def _train(self, training: Training) -> str:
        """Train a network, keep its answers, and return its accuracies in words."""
        train = replace(self.sections.train, seed=training.seed, epochs=self.params.epochs)
        sections = replace(self.sections, network=training.point.params, train=train)
        record = {**self.values, "network": plain(training.point.params), "train": plain(train)}
        tags = {parent.NAME: training.name, parent.PARENT: self.run_id}
        course = Course(tags=tags, again="heschl branch")
        with alone(training.work, self.params.threads, sections.machine):
            fit(self.shards, training.work, training.network, sections, record, course)
        device = device_of(sections.machine)
        hearing, test = load_network(training.network, device), Shards.open(self.shards, "test", verify=False)
        params = parse("evaluate", self.values["evaluate"], EvaluateParams)
        found = answer(hearing, test, params, device).clips
        shares = found.groupby("task", sort=True).correct.mean()
        run_id = (training.network / "run_id").read_text()
        tracking.log_metrics(run_id, {f"test.{task}": float(share) for task, share in shares.items()})
        if training.transfer:
            write_csv(training.transfer, transfer(hearing, test, self.values, list(hearing.labels)))
        write_csv(training.answers, found[list(KEPT)])
        shutil.rmtree(training.work.parent)
        return ", ".join(f"{task} {share:.1%}" for task, share in shares.items())


def open_experiment(values: Mapping[str, Any], machine: MachineParams, shards: Path) -> Experiment:
    """Return the experiment that params describe, as far as it has come.

    values : all of params.yaml, plain
    raises : ParamsError, ShardError before anything is trained
    """
    params = parse("branch", values.get("branch"), BranchParams)
    inputs = {name: parse(name, values.get(name), Any) for name in INPUTS}  # says which is missing
    index = read_index(shards)
    sections = parsed(values, machine)
    check_tasks(sections.train, index["labels"])
    classes = {task: len(names) for task, names in index["labels"].items()}
    shape = Hearing(sections, index["labels"], allocate=False).ear.shape
    points = points_of(sections.network, params.points, params.tolerance, classes, shape)
    inputs |= {"epochs": params.epochs, "threads": params.threads}
    code = work.code(*(f"pipeline.{name}" for name in CODE))
    folder = work.folder("branch", inputs, [shards / INDEX], code)
    grid = Grid(points, params.seeds, folder)
    run_id = parent.opened(folder, "branch points", {"branch": values["branch"]}, shards, index)
    return Experiment(grid, params, sections, values, shards, run_id)
