"""The tables, metrics and result line of `decode`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from heschl.activations.names import NETWORK, metric_name
from heschl.activations.sounds import Sounds
from heschl.decode.columns import ITEMS, READOUTS
from heschl.decode.measure import Measured
from heschl.decode.params import DecodeParams
from heschl.decode.target_set import TargetSet
from heschl.tables import write_csv, write_json

FOLDER, METRICS = "decode", "decode.json"


class Output(NamedTuple):
    """What is written."""

    tables: dict[str, pd.DataFrame]  # by the name of their file
    metrics: dict[str, Any]


def collect(measured: Measured, sounds: Sounds, targets: TargetSet, params: DecodeParams) -> Output:
    """Return the tables readouts, items and sounds, and the metrics."""
    tables = {
        "readouts": pd.DataFrame(measured.readouts, columns=list(READOUTS)),
        "items": pd.DataFrame(measured.items, columns=list(ITEMS)),
        "sounds": pd.DataFrame({"sound": list(sounds.names)} | dict(sounds.labels)),
    }
    return Output(tables, _metrics(tables["readouts"], targets, params))


def _metrics(table: pd.DataFrame, targets: TargetSet, params: DecodeParams) -> dict[str, Any]:
    best: dict[str, dict[str, Any]] = {}
    for (model, readout), rows in table.groupby(["model", "readout"], sort=False):
        row = rows.loc[rows["value"].idxmax()]
        best.setdefault(model, {})[readout] = {"layer": row["layer"], "value": float(row["value"])}
    trained = table[table["model"] == NETWORK]
    projected = trained.loc[trained["units"] > params.dimensions, "layer"]
    return {
        "source": params.source,
        "clips": targets.sounds,
        "splits": params.splits,
        "test": params.test,
        "confidence": params.confidence,
        "dimensions": params.dimensions,
        "projected": list(dict.fromkeys(projected)),
        "best": best.pop(NETWORK, {}),
        "best_of": best,
        "skipped": targets.skipped,
        "left_out": targets.left_out,
    }


def write(folder: Path, found: Output) -> list[Path]:
    """Write the tables to `folder`/decode and the metrics to `folder`/decode.json; return the paths."""
    paths = [write_csv(folder / FOLDER / f"{name}.csv", table) for name, table in found.tables.items()]
    return [*paths, write_json(folder / METRICS, found.metrics)]


def headlines(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics by which MLflow runs are compared: each readout's value in its best layer."""
    best = metrics["best"]
    return {metric_name(f"decode.{readout}.best"): row["value"] for readout, row in best.items()}


def summary_line(metrics: Mapping[str, Any]) -> str:
    """Return the result in one line: the best layer of each readout, and the readouts that were skipped."""
    best = ", ".join(
        f"{readout} {row['value']:.2f} in {row['layer']}" for readout, row in metrics["best"].items()
    )
    skipped = f"; not read out: {', '.join(metrics['skipped'])}" if metrics["skipped"] else ""
    return f"{metrics['clips']} {metrics['source']}, best layers: {best}{skipped}"
