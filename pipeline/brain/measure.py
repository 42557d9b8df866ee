"""Every model's layers against every response: scores, best layers, similarity, and what is said of them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.brain import tables
from pipeline.brain.encoding import EncodeParams, Scores, encode
from pipeline.brain.geometry import Geometry
from pipeline.brain.reliability import reliability
from pipeline.brain.responses import Responses
from pipeline.brain.splits import Split, splits
from pipeline.layers.features import Layer
from pipeline.layers.models import NETWORK, Model
from pipeline.parallel import progress
from pipeline.ridge import PUBLISHED, RELATIVE, gram

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
    every = splits(len(responses.sounds), params.fit, params.splits, params.seed)
    geometry = Geometry(responses, params)
    measured = []
    for model in models:
        measured.append(score(model, responses, every, params))
        geometry.add(model, keep=model.name == NETWORK)
    found = {
        "layers": tables.layers(measured, responses, params),
        "best": tables.best_layers(measured[0], responses),
        "summary": tables.summary(measured, responses, params),
        "responses": tables.responses(measured, responses),
        "similarity": geometry.table(),
        "ceilings": tables.reliabilities(responses, params).merge(geometry.ceilings(), on="region"),
        "excluded": responses.excluded,
        "truth": tables.truth(measured[0], responses, params),
    }
    return found, geometry.matrices(categories), _metrics(found, measured, responses, params)


def score(model: Model, responses: Responses, every: Sequence[Split], params: EncodeParams) -> Measured:
    """Return the scores of each layer of a model."""
    names = [layer.name for layer in model.layers]
    each = (encode(gram(model.features[name]), responses.values, every, PENALTIES[params.penalties], params.floors) for name in names)
    scores = list(progress(each, len(names), f"{model.name} layers"))
    return Measured(model.name, model.layers, Scores(*(np.array(column, np.float32) for column in zip(*scores, strict=True))))


def _metrics(found: dict[str, pd.DataFrame], measured: Sequence[Measured], responses: Responses, params: EncodeParams) -> dict[str, Any]:
    people = len(set(responses.participants) - {""})
    penalties = np.concatenate([each.scores.penalty.ravel() for each in measured])
    best: dict[str, dict[str, Any]] = {}
    for row in found["summary"].to_dict("records"):
        best.setdefault(row["region"], {})[row["model"]] = {name: row[name] for name in ("layer", "r2", "low", "high")}
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
        "interval": "participants" if people > 1 else "splits",
        "confidence": params.confidence,
        "reliability": float(np.nanmedian(known)) if responses.repeats > 1 else None,
        "penalties": {"list": params.penalties, "smallest": _share(penalties, min), "largest": _share(penalties, max)},
        "models": [each.name for each in measured],
        "best": best,
    }


def _share(penalties: np.ndarray, end: Any) -> float:
    """Return the share of fits whose penalty is the least, or the greatest, that any has: of the list's ends there should be few."""
    return float(np.mean(penalties == end(penalties)))


def headlines(metrics: dict[str, Any]) -> dict[str, float]:
    """Return the metrics that a run is compared by, flat."""
    kind = "r2_corrected" if metrics["corrected"] else "r2"
    return {
        f"encode.{metrics['source']}.{region}.{model}.{kind}": values["r2"]
        for region, models in metrics["best"].items()
        for model, values in models.items()
        if np.isfinite(values["r2"])
    }
