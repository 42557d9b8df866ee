"""What the stages decode and encode wrote, as the page shows it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import tables

LAYER = {"model": str, "layer": str, "branch": str, "depth": int}
VALUE = {"low": float, "high": float}
SHUFFLED = dict.fromkeys(("shuffled", "shuffled_low", "shuffled_high"), float)
READOUTS = (
    LAYER
    | {"readout": str, "measure": str, "value": float}
    | VALUE
    | SHUFFLED
    | {"chance": float, "sources": str, "n": int, "units": int}
)
ITEMS = LAYER | {"readout": str, "item": str, "value": float}
BRAIN = {
    "layers": LAYER | {"region": str, "r2": float} | VALUE | {"participants": int, "responses": int},
    "best": {"region": str, "layer": str, "branch": str, "depth": int, "share": float},
    "summary": {"model": str, "region": str, "r2": float}
    | VALUE
    | {"layer": str, "responses": int, "participants": int},
    "similarity": LAYER | {"region": str, "rho": float} | VALUE,
    "ceilings": {"region": str}
    | dict.fromkeys(("lower", "upper", "reliability", "reliability_low", "reliability_high"), float),
    "excluded": dict.fromkeys(("response", "participant", "region", "reason"), str),
}
TRUTH = {"region": str, "layer": str} | dict.fromkeys(
    ("reliability", "estimated", "recovered", "r2", "low", "high"), float
)


@dataclass(frozen=True, eq=False)
class Inside:
    """What each layer knows: decode.json, and the tables of decode."""

    about: Mapping
    readouts: pd.DataFrame
    items: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Brain:
    """Which layer predicts which part of cortex: encode.json, and the tables of encode; truth has no row unless simulated.

    matrices : "sounds", "categories" (sounds,) str, and "region:<name>", "layer:<name>" (sounds, sounds), correlations of the sounds
    """

    about: Mapping
    layers: pd.DataFrame
    best: pd.DataFrame
    summary: pd.DataFrame
    similarity: pd.DataFrame
    ceilings: pd.DataFrame
    excluded: pd.DataFrame
    truth: pd.DataFrame
    matrices: Mapping[str, np.ndarray]


def read_inside(metrics):
    """Read decode's results from a folder of metrics; raises as `tables.parsed`."""
    folder = Path(metrics) / "decode"
    about = tables.parsed(folder.with_suffix(".json"), json.loads)
    return Inside(
        about,
        tables.read_csv(folder / "readouts.csv", READOUTS),
        tables.read_csv(folder / "items.csv", ITEMS),
    )


def read_brain(metrics):
    """Read encode's results from a folder of metrics; raises as `tables.parsed`."""
    folder = Path(metrics) / "encode"
    about = tables.parsed(folder.with_suffix(".json"), json.loads)
    found = {name: tables.read_csv(folder / f"{name}.csv", columns) for name, columns in BRAIN.items()}
    truth = folder / "truth.csv"
    known = (
        tables.read_csv(truth, TRUTH)
        if truth.exists() or about["source"] == "simulated"
        else pd.DataFrame(columns=list(TRUTH))
    )
    return Brain(about, **found, truth=known, matrices=_matrices(folder / "matrices.npz"))


def _matrices(path):
    found = tables.read_arrays(path)
    number = len(found.get("sounds", ()))
    wrong = [
        name for name, each in found.items() if each.shape != ((number, number) if ":" in name else (number,))
    ]
    if wrong or not {"sounds", "categories"} <= {*found}:
        raise ValueError(
            f"{path} has {', '.join(wrong) or 'no names and categories of sounds'}, which do not fit its {number} sounds: run `dvc repro`"
        )
    return found
