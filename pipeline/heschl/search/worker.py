"""A worker of a search: it trains trials until all have ended."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from heschl import tracking, work
from heschl.machine import MachineParams
from heschl.network.saved import RUN_ID
from heschl.params import ParamsError, parse
from heschl.search import code, parent, plan, space
from heschl.search.cost import Judge
from heschl.search.params import SearchParams
from heschl.search.states import COST, trained
from heschl.search.study import Study
from heschl.search.training import sections_of
from heschl.search.training import train as train_trial
from heschl.shards.index import INDEX, read_index
from heschl.train.history import duration
from heschl.train.learner import TrainingError
from heschl.train.params import check_tasks

POLL_S = 1.0  # where every trial that is ready is held by another worker
INPUTS = ("sound", "tasks", "cochleagram", "train", "search")  # sections that a search depends on
CODE = ("audio", "ear", "network", "shards", "tasks", "train")  # packages that it depends on, and modules
CODE += ("search.cost", "search.drawn", "search.params", "search.rungs", "search.samplers", "search.schedule")
CODE += ("search.space", "search.study", "search.training")
STATE = "heschl.trial"  # tag of a trial's run: why it ended


@dataclass(frozen=True)
class Search:
    """A search with all that a worker needs.

    run_id : of its MLflow run
    """

    study: Study
    tasks: tuple[str, ...]
    machine: MachineParams
    shards: Path
    run_id: str

    def __enter__(self) -> "Search":
        return self

    def __exit__(self, *error: object) -> None:
        self.study.close()

    def progress(self) -> str:
        """Say where the search is, how far it has come and how much training it is in all."""
        trials, params = self.study.trials(), self.study.params
        chosen = trained(trials)
        ended = sum(trial.state.is_finished() for trial in chosen)
        counts = f"{params.trials} networks to train, {len(trials)} drawn, {ended} have ended"
        said = f"{self.study.folder}: {counts}"
        try:
            own, _ = self.study.judge.judge(self.study.sections)
        except ValueError:  # the network of params.yaml has other tasks, or is not a table
            own = None
        if not own or not chosen:
            return said
        macs = [trial.user_attrs[COST][1] * params.trials / len(chosen) for trial in chosen]
        whole = own.macs * self.study.sections["train"]["epochs"]
        return f"{said}; {plan.said(plan.of_trials(macs, params), whole)}"

    def work(self) -> None:
        """Train trials until all have ended, also those that other workers leave."""
        verified = False
        while not self.study.over():
            with self.study.claimed() as job:
                if job is None:
                    time.sleep(POLL_S)
                    continue
                name, began = f"trial {job.number:04d}", time.monotonic()
                params = self.study.params
                where = (self.tasks, self.machine, self.shards, self.run_id)
                try:
                    values = train_trial(job, params, *where, verify=not verified)
                    verified = True
                except (TrainingError, torch.OutOfMemoryError) as error:
                    self.study.fail(job, str(error))
                    print(f"{name} failed: {error}", flush=True)
                    continue
                self.study.report(job, values)
                said, took = ", ".join(f"{value:.1%}" for value in values), time.monotonic() - began
                print(f"{name} to epoch {params.epochs[job.rung]}: {said} ({duration(took)})", flush=True)


def open_search(
    values: Mapping[str, Any], machine: MachineParams, shards: Path, url: str | None = None
) -> Search:
    """Return the search that params describe, as far as it has come.

    values : all of params.yaml, plain
    url    : of a database that is used instead of a journal in the folder of the search
    raises : ParamsError, ShardError, SearchError before anything is trained
    """
    params = parse("search", values.get("search"), SearchParams)
    inputs = {name: parse(name, values.get(name), Any) for name in INPUTS}  # says which is missing
    index = read_index(shards)
    tasks = params.tasks or tuple(index["labels"])
    unknown = [task for task in tasks if task not in index["labels"]]
    if unknown:
        known = ", ".join(index["labels"])
        raise ParamsError(f"search.tasks has {unknown[0]!r}, which {shards} lacks; expected {known}.")
    judge = Judge({task: index["labels"][task] for task in tasks}, params.budget)
    for sections in (values, *space.extremes(params.space, values)):
        judge.check(sections)
    check_tasks(sections_of(values, params, tasks, machine).train, tasks)
    folder = work.folder("search", inputs, [shards / INDEX], code.files(CODE))
    study = Study(params, values, tasks, judge, folder, url, _end)
    run_id = parent.opened(folder, "search", {"search": values["search"]}, shards, index)
    return Search(study, tasks, machine, shards, run_id)


def _end(study: Study, number: int, reason: str) -> None:
    """Say in a trial's MLflow run why it ended, and remove its checkpoints."""
    training, network = study.places(number)
    kept = next((path for path in (training / RUN_ID, network / RUN_ID) if path.is_file()), None)
    if kept:
        tracking.deliver(kept.read_text(), {"kind": "tags", "values": {STATE: reason}})
    shutil.rmtree(training.parent, ignore_errors=True)
