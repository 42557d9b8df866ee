"""The numbers and the best layers by which trainings are compared."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from heschl.activations.names import NETWORK
from heschl.encode.columns import COMPONENTS
from heschl.localize.columns import NETWORK as MODEL
from heschl.mixtures.row import CLEAN
from heschl.replicate.columns import SHARE
from heschl.replicate.results import Results

COMPARED = {  # key of a comparison in behavior.json -> title
    "r": "{} accuracy, correlation with {} listeners",
    "rmse": "{} accuracy, rms difference from {} listeners",
    "rmse_relative": "{} accuracy relative to clean, rms difference from {} listeners",
    "rmse_matched": "{} accuracy matched in quiet and in labels, rms difference from {} listeners",
    "backgrounds_rho": "{} accuracy, rank correlation of backgrounds with {} listeners",
    "thresholds_rho": "{} thresholds, rank correlation of backgrounds with {} listeners",
}
ALIKE = {"r": "correlation with people", "rmse": "normalized difference from people"}
Row = dict[str, Any]


def numbers(found: Results) -> Iterator[Row]:
    """Yield the main numbers of one training: stage, name, title, unit, value."""
    for task in found.tasks:
        for key, value in found.behavior["summary"].items():
            if key.startswith(f"{task}_"):
                yield _row("behavior", key, f"{task} accuracy, {condition(key, task)}", value, SHARE)
    yield from _directions(found)
    for group, task, compared in comparisons(found):
        for key, title in COMPARED.items():
            if compared.get(key) is not None:
                yield _row("behavior", f"{group}_{task}_{key}", title.format(task, group), compared[key])
    for readout in found.readout_names:
        top = found.best(readout, NETWORK)
        if top is not None:
            title, unit = f"{readout} read out, {top.measure} of the best layer", top.measure == "accuracy"
            yield _row("decode", readout, title, top.value, SHARE if unit else "")
    for row in found.predicted(NETWORK).itertuples():
        yield _row("encode", row.region, f"{_region(row.region)} predicted, r2", row.r2)
    yield from _localized(found)


def _directions(found: Results) -> Iterator[Row]:
    """Yield the errors of clean clips from ahead."""
    clean = found.directions[(found.directions.background == CLEAN) & (found.directions.half == "ahead")]
    for row in clean.itertuples():
        about = f"{row.task}, clean, from ahead"
        yield _row("behavior", f"{row.task}_azimuth", f"{about}: azimuth error (°)", row.azimuth)
        yield _row(
            "behavior", f"{row.task}_reversed", f"{about}: front and back confused", row.reversed, SHARE
        )


def _localized(found: Results) -> Iterator[Row]:
    """Yield how alike network and people are in each experiment, and the network's values in controls."""
    localized = found.localized
    means = {**localized.about, "experiment": "mean", "title": "mean of the experiments"}
    for row in [means, *localized.scores.to_dict("records")]:
        for key, title in ALIKE.items():
            if not pd.isna(row[key]):  # None in a json file
                yield _row("localize", f"{row['experiment']}_{key}", f"{row['title']}: {title}", row[key])
    controls = localized.scores[localized.scores.source == ""].set_index("experiment")
    own = localized.values[localized.values.who == MODEL]
    for row in own[own.experiment.isin(controls.index)].itertuples():
        about = controls.loc[row.experiment]
        title = f"{about.title}, {row.condition}, {row.measure}: {about.value_label}"
        yield _row("localize", f"{row.experiment}_{row.condition}_{row.measure}", title, row.value)


def layers(found: Results) -> Iterator[Row]:
    """Yield the network's best layer for each readout and region: stage, name, title, layer."""
    for readout in found.readout_names:
        top = found.best(readout, NETWORK)
        if top is not None:
            yield {"stage": "decode", "name": readout, "title": f"{readout} read out", "layer": top.layer}
    for row in found.predicted(NETWORK).itertuples():
        if row.layer:
            title = f"{_region(row.region)} predicted"
            yield {"stage": "encode", "name": row.region, "title": title, "layer": row.layer}


def comparisons(found: Results) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the comparisons with listeners: group, task, entry of behavior.json."""
    for group, tasks in found.behavior.get("listeners", {}).items():
        for task, compared in tasks.items():
            yield group, task, compared


def condition(key: str, task: str) -> str:
    """Return where an accuracy in behavior.json's summary was measured: "clean", "at 3 dB"."""
    return key.removeprefix(f"{task}_").replace("_", " ").replace("dB", " dB")


def _region(name: str) -> str:
    return COMPONENTS.get(name, "all responses" if name == "all" else name)


def _row(stage: str, name: str, title: str, value: float, unit: str = "") -> Row:
    return {"stage": stage, "name": name, "title": title, "unit": unit, "value": value}
