"""The figures of a card: numbers of the metrics with their intervals, as rows of text.

Every number comes from a file in metrics/ through the functions of the report that write numbers.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables
from heschl.behavior import verdicts
from heschl.behavior.columns import THRESHOLDS
from heschl.encode.columns import COMPONENTS
from heschl.mixtures.row import CLEAN
from heschl.replicate import columns as of_replicate
from heschl.report.layers import named as model_name
from heschl.report.text import listeners as text
from heschl.report.text import words
from heschl.report.text.encode import TOLD
from heschl.report.text.words import decibel, decimal, level, percent, with_span

ABOUT = ("source", "sounds", "splits", "interval")  # of encode.json, in the card
Rows = list[list[str]]


def accuracy(metrics: Mapping[str, Any], task: str) -> dict[str, Any]:
    """Return clean accuracy, and a table of accuracies by background (rows) and SNR (columns).

    metrics : behavior.json
    """
    noisy = {kind: of for kind, of in metrics[task].items() if kind != CLEAN}
    levels = sorted({float(snr) for of in noisy.values() for snr in of})
    rows = [
        [words.background(kind), *(_share(of.get(f"{snr:g}"), "top1") for snr in levels)]
        for kind, of in noisy.items()
    ]
    clean = metrics[task].get(CLEAN)
    return {
        "clean": _share(clean, "top1"),
        "clips": clean["n"] if clean else 0,
        "sources": metrics.get("at_chance", {}).get(task, {}).get("sources"),
        "chance": percent(metrics["chance"][task]),
        "at_chance": verdicts.chance(metrics, task),
        "one_source": verdicts.one_source(metrics, task),
        "levels": [decibel(snr) for snr in levels],
        "rows": rows,
    }


def _share(found: Mapping[str, Any] | None, name: str) -> str:
    """Write a share of a condition with its interval, in %; a dash if the condition was not tested."""
    return with_span(*_ends(found, name), percent) if found else percent(None)


def _ends(found: Mapping[str, Any], name: str, value: str | None = None) -> tuple[Any, Any, Any]:
    """Return a value and the ends of its interval; None where the file has none."""
    return found.get(value or name), found.get(f"{name}_low"), found.get(f"{name}_high")


def thresholds(path: Path, task: str) -> Rows:
    """Return background, threshold in dB, and whether it lies within the tested SNRs; of thresholds.csv."""
    table = tables.read_csv(path, THRESHOLDS)
    rows = table[(table.task == task) & (table.answers == 1)].to_dict("records")
    return [
        [
            words.background(row["background"]),
            with_span(*_ends(row, "threshold", "threshold_db"), level),
            "yes" if row["tested"] else "no",
        ]
        for row in rows
    ]


def listeners(metrics: Mapping[str, Any], tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Return the agreement with each group of listeners in each task, as the variables of the template."""
    labels = {task: round(1 / metrics["chance"][task]) for task in tasks}
    return [
        {"who": words.WHO[group], "task": task, "rows": _agreement(found, labels[task])}
        | {"few": verdicts.too_few(found), "comparable": text.comparable(found["labels"], labels[task], task)}
        | {name: found[name] for name in ("participants", "conditions")}
        for group, by_task in metrics.get("listeners", {}).items()
        for task, found in by_task.items()
        if task in tasks
    ]


def _agreement(found: Mapping[str, Any], labels: int) -> Rows:
    """Return name, value and meaning of the measures of agreement that are known."""
    return [
        [each["name"], with_span(each[""], each["_low"], each["_high"], decimal), each["about"]]
        for each in text.measures(found, text.similar_size(found["labels"], labels))
        if not words.absent(each[""])
    ]


def controls(metrics: Mapping[str, Any]) -> Rows:
    """Return the name of each control and what it shows; metrics : behavior.json."""
    found = metrics.get("control", {}).items()
    return [[name.replace("_", ", "), verdicts.control(control)] for name, control in found]


def encode(about: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return r2 of each region in the best layer of each model; None if the responses are simulated.

    about : encode.json
    """
    if about.get("simulated", True):
        return None
    models = about["models"]
    rows = [
        [COMPONENTS.get(region, region), *(_best(best.get(model)) for model in models)]
        for region, best in about["best"].items()
    ]
    measure = f"{'corrected' if about['corrected'] else 'raw'} r²"
    found = {"measure": measure, "models": [model_name(each) for each in models], "rows": rows}
    return found | {"paired": _paired(about)} | {name: about[name] for name in ABOUT}


def _paired(about: Mapping[str, Any]) -> Rows:
    """Return the paired tests of the network against each other model, by region."""
    return [
        [
            COMPONENTS.get(region, region),
            model_name(model),
            with_span(test["difference"], test["low"], test["high"], decimal),
            "< 0.001" if test["p_holm"] < 0.001 else decimal(test["p_holm"], 3),
            TOLD[test["verdict"]],
        ]
        for region, tests in about.get("paired", {}).items()
        for model, test in tests.items()
    ]


def _best(found: Mapping[str, Any] | None) -> str:
    if not found:
        return decimal(None)
    value = with_span(found["r2"], found.get("low"), found.get("high"), decimal)
    return f"{value}, {found['layer']}" if found["layer"] else value


def summary(path: Path, simulated: bool) -> Rows:
    """Return name and value of the numbers of summary.json, without those of simulated brain responses."""
    found = tables.read_json(path).items()
    return [[name, decimal(value, 3)] for name, value in found if not (simulated and "encode" in name)]


def seeds(folder: Path) -> dict[str, Any]:
    """Return the seeds of the trainings and the range over them of each number of behavior.

    folder : metrics/replicate; without it, there was one training
    """
    if not (folder / of_replicate.FILE).is_file():
        return {"seeds": [], "rows": []}
    found = tables.read_json(folder / of_replicate.FILE)["seeds"]
    table = tables.read_csv(folder / "numbers.csv", of_replicate.NUMBERS)
    rows = table[table.stage == "behavior"].groupby(["title", "unit"], sort=False)["value"]
    return {"seeds": found, "rows": [_range(*key, values) for key, values in rows]}


def _range(title: str, unit: str, values: pd.Series) -> list[str]:
    write = percent if unit == of_replicate.SHARE else decimal
    return [title, f"{write(values.min())} to {write(values.max())}"]
