"""Scores of models as the tables that a person, and the report, reads."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.encode.best import NONE, best
from pipeline.encode.regions import Region, by_participant, interval, summarize
from pipeline.encode.regression import EncodeParams
from pipeline.encode.reliability import reliability
from pipeline.encode.responses import Responses

if TYPE_CHECKING:
    from pipeline.encode.measure import Measured

LAYERS = [
    "model",
    "layer",
    "branch",
    "depth",
    "region",
    "r2",
    "low",
    "high",
    "interval",
    "participants",
    "responses",
]
BEST = ["region", "layer", "branch", "depth", "share"]
SUMMARY = ["model", "region", "r2", "low", "high", "interval", "layer", "responses", "participants"]
TRUTH = ["region", "layer", "reliability", "estimated", "recovered", "r2", "low", "high", "interval"]


def layers(measured: Sequence["Measured"], every: Sequence[Region], params: EncodeParams) -> pd.DataFrame:
    """Return a row for each model, layer and region, its r2 with an interval."""
    rows = []
    for model in measured:
        for layer, scores in zip(model.layers, model.scores.r2, strict=True):
            for region in every:
                found = summarize(scores, region, params.resamples, params.confidence, params.seed)
                rows.append((model.name, *layer, region.name, *found, region.people, len(region.members)))
    return pd.DataFrame(rows, columns=LAYERS)


def best_layers(model: "Measured", every: Sequence[Region]) -> pd.DataFrame:
    """Return in what share of a region's responses and splits each layer of a model is the best.

    Responses that no layer predicts are in no layer's share, so that a region's shares add up to at most 1.
    """
    chosen, rows = best(model.scores.r2, model.scores.error).layer, []
    for region in every:
        for place, layer in enumerate(model.layers):
            rows.append((region.name, *layer, float((chosen[:, region.members] == place).mean())))
    return pd.DataFrame(rows, columns=BEST)


def summary(measured: Sequence["Measured"], every: Sequence[Region], params: EncodeParams) -> pd.DataFrame:
    """Return a row for each model and region: r2 of each response's best layer, and which layer that is most often."""
    rows = []
    for model in measured:
        found = best(model.scores.r2, model.scores.error)
        for region in every:
            values = summarize(found.r2, region, params.resamples, params.confidence, params.seed)
            rows.append(
                (
                    model.name,
                    region.name,
                    *values,
                    commonest(found.layer, model, region),
                    len(region.members),
                    region.people,
                )
            )
    return pd.DataFrame(rows, columns=SUMMARY)


def commonest(chosen: np.ndarray, model: "Measured", region: Region) -> str:
    """Return the layer that is most often the best one in a region; "" where most often there is none."""
    counts = np.bincount(chosen[:, region.members].ravel() - NONE)  # of none, then of each layer
    return ["", *(layer.name for layer in model.layers)][counts.argmax()]


def responses(measured: Sequence["Measured"], responses: Responses) -> pd.DataFrame:
    """Return a row for each model, layer and response: medians over splits; `reliability` is of all sounds, not floored."""
    known, parts = reliability(responses.values), []
    for model in measured:
        r2s, raws = (
            np.median(each, axis=1) for each in (model.scores.r2, model.scores.raw)
        )  # (layers, responses) each
        penalties = np.quantile(
            model.scores.penalty, 0.5, axis=1, method="lower"
        )  # of the list: no mean of two
        for place, layer in enumerate(model.layers):
            r2, raw, penalty = (each[place] for each in (r2s, raws, penalties))
            columns = {
                "model": model.name,
                "layer": layer.name,
                "response": list(responses.names),
                "participant": responses.participants,
            }
            values = {
                "region": responses.regions,
                "r2": r2,
                "raw_r2": raw,
                "reliability": known,
                "penalty": penalty,
            }
            parts.append(pd.DataFrame(columns | values))
    table = pd.concat(parts, ignore_index=True)
    return table.astype(dict.fromkeys(("model", "layer", "response", "participant", "region"), "category"))


def reliabilities(responses: Responses, every: Sequence[Region], params: EncodeParams) -> pd.DataFrame:
    """Return the reliability of each region's responses over all sounds, not floored; nan with one repeat."""
    known, rows = reliability(responses.values), []
    for region in every:
        values = known[region.members]
        people = (
            by_participant(values, region, np.nanmedian)
            if region.people > 1 and responses.repeats > 1
            else np.empty(0)
        )
        middle = people.mean() if len(people) else np.nanmedian(values) if responses.repeats > 1 else np.nan
        rows.append(
            (region.name, middle, *interval(people, params.resamples, params.confidence, params.seed))
        )
    return pd.DataFrame(rows, columns=["region", "reliability", "reliability_low", "reliability_high"])


def truth(
    model: "Measured", responses: Responses, every: Sequence[Region], params: EncodeParams
) -> pd.DataFrame:
    """Return what is known of simulated responses beside what was found; no row for others.

    recovered : share of the responses and splits whose best layer is the one that drives them; of noise, that no layer predicts
    r2        : corrected, at the layer that drives them; of noise, of the best layer
    """
    if responses.source != "simulated":
        return pd.DataFrame(columns=TRUTH)
    names, found, rows = [layer.name for layer in model.layers], best(model.scores.r2, model.scores.error), []
    known = reliabilities(responses, every, params).set_index("region")["reliability"]
    for region in every:
        if region.name not in params.simulated.regions:
            continue
        layer = params.simulated.regions[region.name]
        place = NONE if layer is None else names.index(layer)
        recovered = float((found.layer[:, region.members] == place).mean())
        values = summarize(
            found.r2 if layer is None else model.scores.r2[place],
            region,
            params.resamples,
            params.confidence,
            params.seed,
        )
        share = 0.0 if layer is None else params.simulated.reliability
        rows.append((region.name, layer or "", share, known[region.name], recovered, *values))
    return pd.DataFrame(rows, columns=TRUTH)
