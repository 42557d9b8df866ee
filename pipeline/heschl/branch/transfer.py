"""Transfer without retraining: each layer of a network that learned one task, read out for every task.

The networks whose branches split at the input are separate networks, one for each task.

KEPT/transfer/<network>-<seed>.csv  what the layers of a training give, beside its answers
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.activations import models
from heschl.activations.names import NETWORK
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Projection
from heschl.branch.columns import PUBLISHED, TRANSFERRED
from heschl.branch.points import Point
from heschl.decode import clips
from heschl.decode.measure import measure
from heschl.decode.params import DecodeParams
from heschl.decode.splits import split_target
from heschl.decode.target_set import TargetSet
from heschl.decode.targets import CannotReadError, label_target
from heschl.grid.trainings import Training
from heschl.network.hearing import Hearing
from heschl.network.table import INPUT
from heschl.params import parse
from heschl.shards.read import Shards
from heschl.tables import read_csv, write_csv

COLUMNS = ["branch", "layer", "depth", "readout", "value", "low", "high", "shuffled", "chance"]


def transfer(
    hearing: Hearing, shards: Shards, values: Mapping[str, Any], tasks: Sequence[str]
) -> pd.DataFrame:
    """Return how well each task is read out of each layer, as the stage `decode` does.

    hearing : a network whose branches split at the input
    shards  : of the test split
    values  : all of params.yaml, plain, of which the sections decode and activations are used
    columns : branch (the task that the layer learned), layer, depth, readout (the task read out), value
              (accuracy) with interval, shuffled, chance; no row of a task that cannot be read out
    """
    params = parse("decode", values["decode"], DecodeParams)
    activations = parse("activations", values["activations"], ActivationsParams)
    sounds = clips.of_shards(shards, params)
    targets = []
    for task in tasks:
        try:
            target, _ = label_target(sounds, task)
            targets.append(split_target(target, params.splits, params.test, params.seed))
        except CannotReadError as error:
            print(f"  {task} cannot be read out: {error}", flush=True)
    model = models.network(NETWORK, hearing, sounds, activations, Projection(params.dimensions, params.seed))
    found = measure([model], TargetSet(len(sounds), targets, {}, {}), params).readouts
    table = pd.DataFrame(found, columns=COLUMNS)
    return table[table.branch != ""].reset_index(drop=True)


def path_of(training: Training[Point]) -> Path | None:
    """Return the file of what the layers of a training give; None where tasks share layers."""
    point = training.entry
    separate = (point.form, point.after, point.moved) == (PUBLISHED, INPUT, "")
    return training.kept / "transfer" / f"{training.name}.csv" if separate else None


def keep(values: Mapping[str, Any], training: Training[Point], hearing: Hearing, test: Shards) -> None:
    """Write the file of a training; arguments as of `transfer`."""
    path = path_of(training)
    if path:
        write_csv(path, transfer(hearing, test, values, list(hearing.labels)))


def gathered(files: Mapping[int, Path]) -> pd.DataFrame:
    """Return the tables of all seeds, files by seed, as one with a column seed."""
    columns = {name: kind for name, kind in TRANSFERRED.items() if name != "seed"}
    tables = [read_csv(path, columns).assign(seed=seed) for seed, path in files.items()]
    return pd.concat(tables, ignore_index=True)[["seed", *COLUMNS]]
