"""The metrics and the result line of `encode`, and its files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from heschl.activations.names import NETWORK, metric_name
from heschl.encode import paired
from heschl.encode.params import EncodeParams
from heschl.encode.responses import Responses
from heschl.encode.scores import PENALTIES, ModelScores
from heschl.encode.sources import SIMULATED
from heschl.statistics.correlation import repeat_reliability
from heschl.tables import write_csv, write_json

FOLDER, METRICS, MATRICES = "encode", "encode.json", "matrices.npz"
PARQUET = "responses"  # the table that is too long for csv


class Output(NamedTuple):
    """What is written."""

    tables: dict[str, pd.DataFrame]  # by the name of their file
    matrices: dict[str, np.ndarray]
    metrics: dict[str, Any]


def metrics(
    tables: Mapping[str, pd.DataFrame],
    models: Sequence[ModelScores],
    responses: Responses,
    params: EncodeParams,
) -> dict[str, Any]:
    """Return the metrics of encode.json."""
    best: dict[str, dict[str, Any]] = {}
    for row in tables["summary"].to_dict("records"):
        values = {name: row[name] for name in ("layer", "r2", "low", "high")}
        best.setdefault(row["region"], {})[row["model"]] = values
    several = responses.repeats > 1
    return {
        "source": responses.source,
        "simulated": responses.source == SIMULATED,
        "corrected": several,
        "sounds": len(responses.sounds),
        "repeats": responses.repeats,
        "splits": params.splits,
        "fit": params.fit,
        "responses": len(responses.names),
        "excluded": len(responses.excluded),
        "participants": len(set(responses.participants) - {""}),
        "interval": " or ".join(sorted(set(tables["layers"]["interval"]))),
        "confidence": params.confidence,
        "reliability": float(np.nanmedian(repeat_reliability(responses.values))) if several else None,
        "penalties": _penalties(models, params),
        "models": [each.name for each in models],
        "best": best,
        "paired": paired.metrics(tables["paired"]),
    }


def _penalties(models: Sequence[ModelScores], params: EncodeParams) -> dict[str, Any]:
    """Return the list of penalties, and how often its ends were chosen: if often, it is too short."""
    chosen = np.concatenate([each.scores.penalty.ravel() for each in models])
    values = PENALTIES[params.penalties].values
    return {
        "list": params.penalties,
        "smallest": float(np.mean(chosen == min(values))),
        "largest": float(np.mean(chosen == max(values))),
    }


def write(folder: Path, output: Output) -> list[Path]:
    """Write tables and matrices to `folder`/encode and metrics to `folder`/encode.json; return the paths."""
    inner = folder / FOLDER
    paths = [
        _write_parquet(inner / f"{name}.parquet", table)
        if name == PARQUET
        else write_csv(inner / f"{name}.csv", table)
        for name, table in output.tables.items()
    ]
    np.savez_compressed(inner / MATRICES, **output.matrices)
    return [*paths, inner / MATRICES, write_json(folder / METRICS, output.metrics)]


def _write_parquet(path: Path, table: pd.DataFrame) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, index=False)
    return path


def headlines(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics by which MLflow runs are compared: the network's r2; the tables have all models."""
    kind = "r2_corrected" if metrics["corrected"] else "r2"
    return {
        metric_name(f"encode.{metrics['source']}.{region}.{model}.{kind}"): values["r2"]
        for region, models in metrics["best"].items()
        for model, values in models.items()
        if model == NETWORK and np.isfinite(values["r2"])
    }


def summary_line(metrics: Mapping[str, Any]) -> str:
    """Return the result in one line: the network's best layer in each region, and its r2."""
    rows = {region: models[NETWORK] for region, models in metrics["best"].items()}
    best = ", ".join(f"{region} {row['layer'] or 'none'} {row['r2']:.2f}" for region, row in rows.items())
    kind = "corrected r2" if metrics["corrected"] else "raw r2"
    simulated = "SIMULATED responses, " if metrics["simulated"] else ""
    return f"{simulated}best layers and their {kind}: {best}"
