"""Every model's layers against every response: scores, best layers, similarity, and what is said of them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.activations.features import Layer
from pipeline.activations.models import NETWORK, Model
from pipeline.activations.names import metric
from pipeline.encode import tables
from pipeline.encode.geometry import Geometry
from pipeline.encode.regions import regions
from pipeline.encode.regression import EncodeParams, Scores, encode
from pipeline.encode.reliability import reliability
from pipeline.encode.responses import Responses
from pipeline.encode.splits import Split, splits
from pipeline.parallel import progress
from pipeline.statistics.ridge import PUBLISHED, RELATIVE, gram

PENALTIES = {"relative": RELATIVE, "published": PUBLISHED}


class Measured(NamedTuple):
    """A model's scores: (layers, splits, responses) each."""

    name: str
    layers: Sequence[Layer]
    scores: Scores


def measure(
    models: Iterable[Model], responses: Responses, categories: np.ndarray, params: EncodeParams
) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray], dict[str, Any]]:
    """Return every table by the name of its file, the matrices of similarity, and the metrics.

    models     : one at a time, the trained network first; their sounds in the order of the responses'
    categories : (sounds,) str, for the matrices; "" where a sound has none
    raises     : SplitsError where there are too few sounds
    """
    every, parts = (
        splits(len(responses.sounds), params.fit, params.splits, params.seed),
        list(regions(responses)),
    )
    geometry = Geometry(responses, params)
    measured = []
    for model in models:
        measured.append(score(model, responses, every, params))
        geometry.add(model, keep=model.name == NETWORK)
    found = {
        "layers": tables.layers(measured, parts, params),
        "best": tables.best_layers(measured[0], parts),
        "summary": tables.summary(measured, parts, params),
        "responses": tables.responses(measured, responses),
        "similarity": geometry.table(),
        "ceilings": tables.reliabilities(responses, parts, params).merge(geometry.ceilings(), on="region"),
        "excluded": responses.excluded,
        "truth": tables.truth(measured[0], responses, parts, params),
    }
    return found, geometry.matrices(categories), _metrics(found, measured, responses, params)


def score(model: Model, responses: Responses, every: Sequence[Split], params: EncodeParams) -> Measured:
    """Return the scores of each layer of a model."""
    names = [layer.name for layer in model.layers]
    each = (
        encode(
            gram(model.features[name]), responses.values, every, PENALTIES[params.penalties], params.floors
        )
        for name in names
    )
    scores = zip(*progress(each, len(names), f"{model.name} layers"), strict=True)
    r2, raw, penalty, error = (np.array(column) for column in scores)
    return Measured(
        model.name,
        model.layers,
        Scores(r2.astype(np.float32), raw.astype(np.float32), penalty, error.astype(np.float32)),
    )


def _metrics(
    found: dict[str, pd.DataFrame], measured: Sequence[Measured], responses: Responses, params: EncodeParams
) -> dict[str, Any]:
    people = len(set(responses.participants) - {""})
    penalties, ends = (
        np.concatenate([each.scores.penalty.ravel() for each in measured]),
        PENALTIES[params.penalties].values,
    )
    best: dict[str, dict[str, Any]] = {}
    for row in found["summary"].to_dict("records"):
        best.setdefault(row["region"], {})[row["model"]] = {
            name: row[name] for name in ("layer", "r2", "low", "high")
        }
    known = reliability(responses.values)
    return {
        "source": responses.source,
        "simulated": responses.source == "simulated",
        "corrected": responses.repeats > 1,
        "sounds": len(responses.sounds),
        "repeats": responses.repeats,
        "splits": params.splits,
        "fit": params.fit,
        "responses": len(responses.names),
        "excluded": len(responses.excluded),
        "participants": people,
        "interval": " or ".join(sorted(set(found["layers"]["interval"]))),
        "confidence": params.confidence,
        "reliability": float(np.nanmedian(known)) if responses.repeats > 1 else None,
        "penalties": {
            "list": params.penalties,
            "smallest": float(np.mean(penalties == min(ends))),
            "largest": float(np.mean(penalties == max(ends))),
        },
        "models": [each.name for each in measured],
        "best": best,
    }


def headlines(metrics: dict[str, Any]) -> dict[str, float]:
    """Return the metrics that a run is compared by, flat."""
    kind = "r2_corrected" if metrics["corrected"] else "r2"
    return {
        metric(f"encode.{metrics['source']}.{region}.{model}.{kind}"): values["r2"]
        for region, models in metrics["best"].items()
        for model, values in models.items()
        if np.isfinite(values["r2"])
    }
