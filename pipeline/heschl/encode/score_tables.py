"""Scores of models as tables, by region and by response."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heschl.encode.best_layer import NONE, best_layer
from heschl.encode.columns import BEST, LAYERS, RELIABILITIES, SUMMARY, TRUTH
from heschl.encode.params import EncodeParams
from heschl.encode.regions import Region, reliability, summarize
from heschl.encode.responses import Responses
from heschl.encode.scores import ModelScores
from heschl.encode.sources import SIMULATED
from heschl.statistics.correlation import repeat_reliability


def layers(models: Sequence[ModelScores], regions: Sequence[Region], params: EncodeParams) -> pd.DataFrame:
    """Return a row for each model, layer and region: r2 with its interval."""
    rows = []
    for model in models:
        for layer, scores in zip(model.layers, model.scores.r2, strict=True):
            for region in regions:
                values = summarize(scores, region, params)
                rows.append((model.name, *layer, region.name, *values, region.people, len(region.members)))
    return pd.DataFrame(rows, columns=list(LAYERS))


def best_layers(model: ModelScores, regions: Sequence[Region]) -> pd.DataFrame:
    """Return the share of a region's responses and splits in which each layer of a model is the best.

    The shares of a region add up to less than 1 if no layer predicts some of its responses.
    """
    chosen, rows = best_layer(model.scores.r2, model.scores.error).layer, []
    for region in regions:
        for place, layer in enumerate(model.layers):
            rows.append((region.name, *layer, float((chosen[:, region.members] == place).mean())))
    return pd.DataFrame(rows, columns=list(BEST))


def summary(models: Sequence[ModelScores], regions: Sequence[Region], params: EncodeParams) -> pd.DataFrame:
    """Return a row for each model and region: r2 of each response's best layer, and the most frequent one."""
    rows = []
    for model in models:
        best = best_layer(model.scores.r2, model.scores.error)
        for region in regions:
            values = summarize(best.r2, region, params)
            layer = most_frequent(best.layer, model, region)
            rows.append((model.name, region.name, *values, layer, len(region.members), region.people))
    return pd.DataFrame(rows, columns=list(SUMMARY))


def most_frequent(chosen: np.ndarray, model: ModelScores, region: Region) -> str:
    """Return the layer that is most often the best in a region; "" if that is none."""
    counts = np.bincount(chosen[:, region.members].ravel() - NONE)  # of none, then of each layer
    return ["", *(layer.name for layer in model.layers)][counts.argmax()]


def responses(models: Sequence[ModelScores], responses: Responses) -> pd.DataFrame:
    """Return a row for each model, layer and response: medians over splits, reliability without floor."""
    known, parts = repeat_reliability(responses.values), []
    for model in models:
        r2, raw = (
            np.median(each, axis=1) for each in (model.scores.r2, model.scores.raw)
        )  # (layers, responses)
        # an entry of the list, not a mean of two
        penalty = np.quantile(model.scores.penalty, 0.5, axis=1, method="lower")
        for place, layer in enumerate(model.layers):
            columns = {
                "model": model.name,
                "layer": layer.name,
                "response": list(responses.names),
                "participant": responses.participants,
                "region": responses.regions,
                "r2": r2[place],
                "raw_r2": raw[place],
                "reliability": known,
                "penalty": penalty[place],
            }
            parts.append(pd.DataFrame(columns))
    table = pd.concat(parts, ignore_index=True)
    return table.astype(dict.fromkeys(("model", "layer", "response", "participant", "region"), "category"))


def reliabilities(responses: Responses, regions: Sequence[Region], params: EncodeParams) -> pd.DataFrame:
    """Return the reliability of each region's responses, without floor; nan for a single repeat."""
    known = repeat_reliability(responses.values)
    rows = [(region.name, *reliability(known, region, params)) for region in regions]
    return pd.DataFrame(rows, columns=list(RELIABILITIES))


def truth(
    model: ModelScores, responses: Responses, regions: Sequence[Region], params: EncodeParams
) -> pd.DataFrame:
    """Return what drives the simulated responses of each region, and what was recovered; else an empty table.

    recovered : share of responses and splits whose best layer is the driving one; for noise, that no layer
                predicts
    r2        : corrected, in the driving layer; for noise, in the best layer
    """
    if responses.source != SIMULATED:
        return pd.DataFrame(columns=list(TRUTH))
    names, rows = [layer.name for layer in model.layers], []
    best = best_layer(model.scores.r2, model.scores.error)
    estimated = reliabilities(responses, regions, params).set_index("region")["reliability"]
    for region in regions:
        if region.name not in params.simulated.regions:
            continue
        layer = params.simulated.regions[region.name]
        place = NONE if layer is None else names.index(layer)
        recovered = float((best.layer[:, region.members] == place).mean())
        values = summarize(best.r2 if layer is None else model.scores.r2[place], region, params)
        share = 0.0 if layer is None else params.simulated.reliability
        rows.append((region.name, layer or "", share, estimated[region.name], recovered, *values))
    return pd.DataFrame(rows, columns=list(TRUTH))
