"""What the page shows: the files of the stages before it, read and checked."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import tables
from pipeline.behavior.accuracy import BehaviorParams
from pipeline.params import Natural, load, section
from pipeline.report.analyses import Brain, Inside, read_brain, read_inside
from pipeline.report.examples import Example, Hard
from pipeline.report.runs import Compared

PROGRAMS = (
    "torch",
    "pytorch-lightning",
    "numpy",
    "scipy",
    "pandas",
    "webdataset",
    "mlflow",
    "dvc",
    "matplotlib",
)


def _ends(*names):
    return {
        name.removesuffix("_db") + end if end else name: float
        for name in names
        for end in ("", "_low", "_high")
    }


PSYCHOMETRIC = {"task": str, "background": str, "snr_db": float, **_ends("top1", "top5", "score"), "n": int}
THRESHOLDS = {
    "task": str,
    "answers": int,
    "background": str,
    **_ends("threshold_db"),
    "rate": float,
    "ceiling": float,
    "guess": float,
}
CLIPS = dict.fromkeys(("key", "task", "background", "truth", "answer"), str) | {
    "snr_db": float,
    "correct": bool,
}
HARDEST = dict.fromkeys(("task", "target", "truth", "said", "key"), str) | {"conditions": int, "wrong": float}
LISTENERS = dict.fromkeys(("group", "task", "background"), str) | {
    "snr_db": float,
    **_ends("listeners", "network"),
}
OWN = {
    "consistency": {"task": str, "between": str, "conditions": str, **_ends("kappa")},
    "items": {
        "task": str,
        "items": str,
        "measure": str,
        **_ends("r"),
        "reliability": float,
        "r_corrected": float,
        "n": int,
    },
    "confused": {"task": str, **_ends("r"), "reliability": float, "r_corrected": float, "n": int},
}
QUARANTINE = dict.fromkeys(("table", "row", "file", "reason"), str)


@section
class ReportParams:
    """Params section `report`."""

    seed: int  # of the choice of clips to hear
    examples: Natural  # varied clips of each task
    hardest: Natural  # recordings of each task that are most often wrong
    runs: Natural  # of the same data, compared with this one


@dataclass(frozen=True, eq=False)
class Report:
    """What the page shows; `read` finds the files, the stage adds what follows `versions`.

    listeners  : accuracy of people and network in each condition, by group; no row where nobody listened
    own        : of one's own listeners: consistency, items and confused, as the functions of these names; empty without
    theirs     : their confusions, by task
    inside     : what each layer knows;  brain : which layer predicts which part of cortex
    confusions : by task, (labels, labels), share of each label (column) among the answers to clips of each label (row)
    hard       : the recordings most often wrong, to hear;  heard : title -> cochleagram, as `demonstrate` makes them
    runs       : those of the same data, this one among them
    """

    evaluated: Mapping
    psychometric: pd.DataFrame
    thresholds: pd.DataFrame
    hardest: pd.DataFrame
    confusions: Mapping[str, pd.DataFrame]
    listeners: pd.DataFrame
    own: Mapping[str, pd.DataFrame]
    theirs: Mapping[str, pd.DataFrame]
    inside: Inside
    brain: Brain
    clips: pd.DataFrame
    history: pd.DataFrame
    config: Mapping
    behavior: BehaviorParams
    run_id: str
    params_text: str
    provenance: Mapping
    quarantine: pd.DataFrame
    versions: Mapping
    examples: Sequence[Example] = ()
    hard: Sequence[Hard] = ()
    heard: Mapping[str, np.ndarray] = field(default_factory=dict)
    runs: Sequence[Compared] = ()


def read(metrics, network, corpus, params):
    """Read what the stages wrote into a Report without clips to hear.

    metrics, network, corpus : folders (metrics/, models/network/, data/corpus/); params : the params file
    raises : FileNotFoundError or ValueError that names the file and the remedy
    """
    metrics, network, corpus = Path(metrics), Path(network), Path(corpus)
    people = metrics / "listeners"
    provenance = tables.parsed(corpus / "provenance.json", json.loads)
    config = tables.parsed(network / "config.json", json.loads)
    return Report(
        evaluated=tables.parsed(metrics / "behavior.json", json.loads),
        psychometric=tables.read_csv(metrics / "psychometric.csv", PSYCHOMETRIC),
        thresholds=tables.read_csv(metrics / "thresholds.csv", THRESHOLDS),
        hardest=tables.read_csv(metrics / "hardest.csv", HARDEST),
        confusions={
            task: tables.read_matrix(metrics / "confusions" / f"{task}.csv") for task in config["tasks"]
        },
        listeners=tables.read_csv(people / "conditions.csv", LISTENERS),
        own={
            name: tables.read_csv(people / f"{name}.csv", columns)
            for name, columns in OWN.items()
            if (people / f"{name}.csv").exists()
        },
        theirs={
            file.stem: tables.read_matrix(file) for file in sorted((people / "confusions").glob("*.csv"))
        },
        inside=read_inside(metrics),
        brain=read_brain(metrics),
        clips=tables.read_csv(metrics / "clips.csv", CLIPS),
        history=tables.read_csv(network / "history.csv", {"epoch": float, "step": float}),
        config=config,
        behavior=load("behavior", BehaviorParams, params),
        run_id=tables.parsed(network / "run_id", str.strip),
        params_text=tables.parsed(params, str),
        provenance=provenance,
        quarantine=tables.read_csv(corpus / "quarantine.csv", QUARANTINE),
        versions={**installed(), **provenance.get("versions", {})},
    )


def installed(programs=PROGRAMS):
    """Return the versions of Python and of the installed `programs`."""
    found = {each.metadata["Name"].lower(): each.version for each in metadata.distributions()}
    return {"python": platform.python_version()} | {name: found[name] for name in programs if name in found}
