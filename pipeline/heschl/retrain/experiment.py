"""The trainings that params describe, as far as they have come."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heschl import work
from heschl.grid.answers import FOLDER as ANSWERS
from heschl.grid.trainings import Grid
from heschl.grid.worker import Experiment
from heschl.machine import MachineParams
from heschl.params import FILE, parse
from heschl.retrain.networks import Candidate, candidates
from heschl.retrain.params import RetrainParams
from heschl.search import code, parent
from heschl.shards.index import INDEX, read_index

INPUTS = ("sound", "tasks", "evaluate")  # beside the sections in which networks may differ
CODE = ("audio", "ear", "evaluate", "network", "shards", "tasks", "train")


def open_experiment(
    values: Mapping[str, Any], machine: MachineParams, shards: Path, file: Path = FILE
) -> Experiment[Candidate]:
    """Return the trainings; their folder is work/retrain/<digest of params, data and code>.

    values : all of `file`, plain
    raises : ParamsError, PresetError, ShardError before anything is trained
    """
    params = parse("retrain", values.get("retrain"), RetrainParams)
    inputs = {name: parse(name, values.get(name), Any) for name in INPUTS}  # says which is missing
    index = read_index(shards)
    networks = candidates(file, params.networks, index["labels"], machine)
    inputs |= {"threads": params.threads}
    folder = work.folder("retrain", inputs, [shards / INDEX], code.files(CODE))
    return Experiment(
        Grid(networks, params.seeds, folder, folder / ANSWERS),
        {network.name: network.values for network in networks},
        machine,
        params.threads,
        shards,
        networks[0].cost.macs * networks[0].values["train"]["epochs"],
        parent.opened(folder, "retrain", {"retrain": values["retrain"]}, shards, index),
        "heschl retrain",
    )
