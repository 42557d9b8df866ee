"""The tables of retrained networks, and what they say in sentences.

OUT/accuracy.csv  accuracy of each network and task, with its difference from the network of params.yaml
    retrain.json  how it was made, of which networks, and on which shards
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from heschl import tables
from heschl.grid.answers import answers
from heschl.grid.columns import ALL
from heschl.grid.compare import corrected, rows
from heschl.grid.trainings import Grid
from heschl.retrain.columns import ABOUT, ACCURACY, OURS
from heschl.retrain.networks import Candidate
from heschl.retrain.params import RetrainParams


def accuracy(grid: Grid[Candidate], params: RetrainParams) -> pd.DataFrame:
    """Return a row for each network, task and set of clips.

    columns : network, parameters, macs, epochs, task, clips; accuracy and its difference from the network of
              params.yaml, each with interval (_low, _high) and spread over seeds (_spread); p of the
              difference, corrected over networks (Holm)
    """
    found: list[dict[str, object]] = []
    _, base = answers(grid, grid.entries[0])
    for network in grid.entries:
        known: dict[str, object] = {
            "network": network.title,
            "parameters": network.cost.parameters,
            "macs": network.cost.macs,
            "epochs": network.values["train"]["epochs"],
        }
        found += [known | row for row in rows(*answers(grid, network), base, params)]
    table = pd.DataFrame(found)
    return corrected(table, table.network != OURS, ["task", "clips"])


def write(
    table: pd.DataFrame, grid: Grid[Candidate], params: RetrainParams, shards: str, out: Path
) -> list[Path]:
    """Write the table, of `accuracy`; return the paths of the files; shards : sha256 of their index."""
    about = {
        "seeds": list(params.seeds),
        "threads": params.threads,
        "confidence": params.confidence,
        "shards_sha256": shards,
        "networks": {network.title: network.changed for network in grid.entries},
    }
    return [tables.write_csv(out / ACCURACY, table), tables.write_json(out / ABOUT, about)]


def sentences(table: pd.DataFrame) -> Iterator[str]:
    """Say how each network compares with that of params.yaml; table : of `accuracy`."""
    every = table[table.clips == ALL]
    for (network, task), some in every[every.network != OURS].groupby(["network", "task"], sort=False):
        row, ours = some.iloc[0], every[(every.network == OURS) & (every.task == task)].iloc[0]
        yield (
            f"{network}, {task}: {row.accuracy:.1%}, {OURS} {ours.accuracy:.1%}; difference "
            f"{100 * row.difference:+.1f} points ({100 * row.difference_low:+.1f} to "
            f"{100 * row.difference_high:+.1f}), p {_level(row.difference_p)}."
        )


def _level(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def measures(table: pd.DataFrame) -> dict[str, float]:
    """Return the figures for the MLflow run; table : of `accuracy`."""
    every = table[table.clips == ALL]
    return {
        f"retrain.{re.sub(r'[^A-Za-z0-9_./ -]', '_', str(network))}_{task}": float(some.accuracy.iloc[0])
        for (network, task), some in every.groupby(["network", "task"])
    }
