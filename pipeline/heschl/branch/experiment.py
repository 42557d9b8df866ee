"""The experiment that params describe, as far as it has come."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from heschl import work
from heschl.branch.params import BranchParams
from heschl.branch.points import Point, points_of
from heschl.branch.transfer import keep
from heschl.grid.answers import FOLDER as ANSWERS
from heschl.grid.trainings import Grid
from heschl.grid.worker import Experiment
from heschl.machine import MachineParams
from heschl.network.hearing import Hearing
from heschl.params import parse, plain
from heschl.search import code, parent
from heschl.search.cost import cost_of
from heschl.search.training import parsed
from heschl.shards.index import INDEX, read_index
from heschl.train.params import check_tasks

INPUTS = ("sound", "tasks", "cochleagram", "network", "train", "evaluate", "activations", "decode")
CODE = ("audio", "activations", "branch.points", "branch.transfer", "decode", "ear", "evaluate", "network")
CODE += ("shards", "statistics", "tasks", "train")


def open_experiment(
    values: Mapping[str, Any], machine: MachineParams, shards: Path, out: Path
) -> Experiment[Point]:
    """Return the experiment; its folder is work/branch/<digest of its params, data and code>.

    The answers of networks stay in out/answers/<digest of its params and data>.

    values : all of params.yaml, plain
    out    : folder of its results
    raises : ParamsError, ShardError before anything is trained
    """
    params = parse("branch", values.get("branch"), BranchParams)
    inputs = {name: parse(name, values.get(name), Any) for name in INPUTS}  # says which is missing
    index = read_index(shards)
    sections = parsed(values, machine)
    check_tasks(sections.train, index["labels"])
    classes = {task: len(names) for task, names in index["labels"].items()}
    shape = Hearing(sections, index["labels"], allocate=False).ear.shape
    points = points_of(sections.network, params, classes, shape)
    inputs |= {"epochs": params.epochs, "threads": params.threads}
    starts = {point.name: point.start for point in points if point.start}
    folder = work.folder("branch", inputs, [shards / INDEX], code.files(CODE))
    return Experiment(
        Grid(points, params.seeds, folder, out / ANSWERS / work.digest(inputs, [shards / INDEX]), starts),
        {point.name: _values(values, point, params.epochs) for point in points},
        machine,
        params.threads,
        shards,
        cost_of(sections.network, classes, shape).macs * sections.train.epochs,
        parent.opened(folder, "branch points", {"branch": values["branch"]}, shards, index),
        "heschl branch",
        partial(keep, values),
        {point.name: point.tasks for point in points if point.tasks},
        {point.name: point.branch for point in points if point.start},
    )


def _values(values: Mapping[str, Any], point: Point, epochs: int) -> dict[str, Any]:
    """Return all params of a network's training, plain."""
    weights = values["train"]["loss_weights"]
    weights = {task: weight for task, weight in weights.items() if task in (point.tasks or weights)}
    train = {**values["train"], "epochs": epochs, "loss_weights": weights}
    return {**values, "network": plain(point.params), "train": train}
