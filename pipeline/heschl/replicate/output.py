"""Tables over all trainings, and the ranges in which their results lie."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.replicate.claims import claims
from heschl.replicate.columns import FILE, SEEDS, TABLES
from heschl.replicate.quantities import Row, layers, numbers
from heschl.replicate.results import Results
from heschl.tables import write_csv, write_json

Trainings = Mapping[int, Results]  # seed -> results, that of models/network first
WRITERS: dict[str, Callable[[Results], Iterable[Row]]] = {
    "numbers": numbers,
    "layers": layers,
    "claims": claims,
}


def collect(trainings: Trainings) -> dict[str, pd.DataFrame]:
    """Return the tables of `columns.TABLES`: a row for each number, best layer or claim and each seed."""
    return {
        name: pd.DataFrame(
            [{**row, "seed": seed} for seed, found in trainings.items() for row in WRITERS[name](found)],
            columns=list(columns),
        )
        for name, columns in TABLES.items()
    }


def ranges(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the contents of replicate.json.

    keys : seeds; numbers, name -> low, high, values; layers, name -> the layers of all seeds;
           claims, name -> in how many trainings it holds. A name is "<stage>.<name>".
    """
    numbers, layers, claims = (dict(_groups(tables[name])) for name in TABLES)
    seeds = list(dict.fromkeys(int(seed) for table in tables.values() for seed in table.seed))
    return {
        SEEDS: seeds,
        "numbers": {
            name: {"low": rows.value.min(), "high": rows.value.max(), "values": rows.value.to_list()}
            for name, rows in numbers.items()
        },
        "layers": {name: rows.layer.to_list() for name, rows in layers.items()},
        "claims": {name: int(rows.holds.sum()) for name, rows in claims.items()},
    }


def write(out: Path, tables: Mapping[str, pd.DataFrame], found: Mapping[str, Any]) -> None:
    """Write the tables as csv files and the ranges as replicate.json into the folder `out`."""
    for name, table in tables.items():
        write_csv(out / f"{name}.csv", table)
    write_json(out / FILE, found)


def summary_line(found: Mapping[str, Any]) -> str:
    """Say how many trainings there are, the ranges of their accuracy, and how many claims hold in all."""
    count = len(found[SEEDS])
    if count < 2:
        return "one training; list further seeds in replicate.seeds to learn what holds in all"
    accuracies = [
        f"{name.removeprefix('behavior.').replace('_', ' ')} {_percents(each)}"
        for name, each in found["numbers"].items()
        if name.endswith("_clean")
    ]
    hold = sum(number == count for number in found["claims"].values())
    return f"{count} trainings: {', '.join(accuracies)}; {hold} of {len(found['claims'])} claims hold in all"


def _percents(span: Mapping[str, float]) -> str:
    return f"{100 * span['low']:.0f}-{100 * span['high']:.0f} %"


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for (stage, name), rows in table.groupby(["stage", "name"], sort=False):
        yield f"{stage}.{name}", rows
