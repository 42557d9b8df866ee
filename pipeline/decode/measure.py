"""What each layer knows: readouts of every layer, as tables and metrics."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.activations.features import Projection
from pipeline.activations.models import NETWORK, Model
from pipeline.activations.names import metric
from pipeline.activations.sounds import Sounds
from pipeline.decode.layer import Scores, read_out
from pipeline.decode.params import DecodeParams
from pipeline.decode.plan import Plan
from pipeline.decode.splits import Task, interval
from pipeline.parallel import parallel_map

FOLDER, METRICS = "decode", "decode.json"
PLACE = ["model", "layer", "branch", "depth", "readout"]
READOUTS = [
    *PLACE, "measure", "value", "low", "high", "shuffled", "shuffled_low", "shuffled_high", "chance", "sources", "n", "units", "splits",
]  # fmt: skip
ITEMS = [*PLACE, "item", "value"]


class Whole(Projection):
    """The reduction to whole activations, projected where they are larger, that remembers how large they were."""

    def __init__(self, params: DecodeParams):
        super().__init__(params.dimensions, params.seed)
        self.units: dict[str, int] = {}  # of each layer, of the model that was last seen

    def __call__(self, name: str, activation: np.ndarray) -> np.ndarray:
        """Return (batch, at most `dimensions`) float32."""
        self.units[name] = int(np.prod(activation.shape[1:]))
        return super().__call__(name, activation)


def measure(
    models: Iterable[Model], plan: Plan, whole: Whole, params: DecodeParams
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables by the name of their file, and the metrics.

    models : of the plan's sounds, one at a time in memory, reduced by `whole`; the trained one is read out with shuffled values too
    """
    readouts: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    read = partial(read_out, tasks=plan.tasks, test=params.test, seed=params.seed)
    for model in models:
        layers = [(model.features[layer.name], model.name == NETWORK) for layer in model.layers]
        for layer, scores in zip(
            model.layers, parallel_map(read, layers, f"decode {model.name}"), strict=True
        ):
            place = {"model": model.name} | layer._asdict()
            place["layer"] = place.pop("name")
            for task, each in zip(plan.tasks, scores, strict=True):
                found = _rows(task, each, params)
                readouts += [place | {"units": whole.units[layer.name]} | row for row in found]
                items += [place | row for row in _items(task, each)]
    tables = {
        "readouts": pd.DataFrame(readouts, columns=READOUTS),
        "items": pd.DataFrame(items, columns=ITEMS),
    }
    return tables, _metrics(tables["readouts"], plan, params)


def _columns(task: Task) -> Iterable[tuple[str, list[str], slice]]:
    """Yield each readout of a task, its items, and their columns."""
    start = 0
    for readout, items in task.target.columns.items():
        yield readout, list(items), slice(start, start + len(items))
        start += len(items)


def _rows(task: Task, scores: Scores, params: DecodeParams) -> Iterable[dict[str, Any]]:
    """Yield a row of readouts.csv for each readout of a task: mean over splits of the mean over items."""
    target = task.target
    fitted, scored = (np.mean([len(half[side]) for half in task.halves]) for side in (0, 1))
    lowest = 0.0 if target.measure == "accuracy" else -np.inf
    for readout, _, columns in _columns(task):
        row = {
            "readout": readout,
            "measure": target.measure,
            "chance": target.chance,
            "sources": target.sources,
            "n": len(target.rows),
        }
        for name, values in {"value": scores.true, "shuffled": scores.shuffled}.items():
            if len(values):
                each = values[:, columns].mean(axis=1)
                low, high = interval(each, scored / fitted, params.confidence, lowest, 1.0)
                ends = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
                row |= {name: float(each.mean()), ends[0]: low, ends[1]: high}
        yield row | {"splits": len(scores.true)}


def _items(task: Task, scores: Scores) -> Iterable[dict[str, Any]]:
    if task.target.measure == "r2":
        for readout, items, columns in _columns(task):
            for item, value in zip(items, scores.true[:, columns].mean(axis=0), strict=True):
                yield {"readout": readout, "item": item, "value": float(value)}


def _metrics(table: pd.DataFrame, plan: Plan, params: DecodeParams) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for (model, readout), rows in table.groupby(["model", "readout"], sort=False):
        row = rows.loc[rows["value"].idxmax()]
        found.setdefault(model, {})[readout] = {"layer": row["layer"], "value": float(row["value"])}
    own = table[table["model"] == NETWORK]
    return {
        "source": params.source, "clips": plan.sounds, "splits": params.splits, "test": params.test, "confidence": params.confidence,
        "dimensions": params.dimensions, "projected": list(dict.fromkeys(own.loc[own["units"] > params.dimensions, "layer"])),
        "best": found.pop(NETWORK, {}), "best_of": found, "skipped": plan.skipped, "left_out": plan.left_out,
    }  # fmt: skip


def table(sounds: Sounds) -> pd.DataFrame:
    """Return the sounds that were read out, and their labels."""
    return pd.DataFrame({"sound": list(sounds.names)} | dict(sounds.labels))


def write(folder: Path, tables: Mapping[str, pd.DataFrame], found: Mapping[str, Any]) -> list[Path]:
    """Write the tables as csv to `folder`/decode, and decode.json; return the paths."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    paths = [folder / FOLDER / f"{name}.csv" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        table.to_csv(path, index=False)
    (folder / METRICS).write_text(json.dumps(found, indent=1))
    return [*paths, folder / METRICS]


def headlines(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics that a run is compared by, flat: of each readout the best layer's value, under a name that MLflow takes."""
    return {metric(f"decode.{readout}.best"): best["value"] for readout, best in found["best"].items()}
