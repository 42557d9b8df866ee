"""The results of the stages behavior, decode and encode: their files in metrics/, read and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heschl import tables
from heschl.behavior import columns as of_behavior
from heschl.behavior.columns import LOCAL, PUBLISHED
from heschl.behavior.params import BehaviorParams
from heschl.decode import columns as of_decode
from heschl.encode import columns as of_encode
from heschl.evaluate import answers
from heschl.replicate import columns as of_replicate

COMPARISONS = {  # tables that may be missing; all but the last are of local listeners
    "consistency": of_behavior.CONSISTENCY,
    "items": of_behavior.ITEMS,
    "confused": of_behavior.CONFUSED,
    "relative": of_behavior.RELATIVE,
}


@dataclass(frozen=True, eq=False)
class Behavior:
    """What the stage behavior measured of the network.

    metrics    : behavior.json
    clips      : the network's answer to every test clip
    confusions : of each task, (labels, labels): share of each label (column) among the answers to clips of
                 each label (row)
    directions : no row unless a task names directions
    answers    : task -> number of answers, if params give one; confidence : of all intervals, 0 to 1
    """

    metrics: Mapping[str, Any]
    psychometric: pd.DataFrame
    thresholds: pd.DataFrame
    directions: pd.DataFrame
    hardest: pd.DataFrame
    confusions: Mapping[str, pd.DataFrame]
    clips: pd.DataFrame
    answers: Mapping[str, int]
    confidence: float


@dataclass(frozen=True, eq=False)
class Listeners:
    """What the stage behavior measured of listeners, PUBLISHED or LOCAL.

    metrics     : group -> task -> agreement with the network, as in behavior.json
    conditions  : accuracy of listeners and network in each condition; no row if there are no listeners
    comparisons : the tables named in COMPARISONS that there are
    confusions  : of local listeners, as `Behavior.confusions`
    """

    metrics: Mapping[str, Mapping[str, Mapping[str, Any]]]
    conditions: pd.DataFrame
    comparisons: Mapping[str, pd.DataFrame]
    confusions: Mapping[str, pd.DataFrame]

    def groups(self, task: str) -> list[str]:
        """Return who listened to a task, PUBLISHED before LOCAL."""
        return [group for group in (PUBLISHED, LOCAL) if task in self.metrics.get(group, {})]


@dataclass(frozen=True, eq=False)
class Decode:
    """What each layer represents: decode.json (about), and the tables of decode."""

    about: Mapping[str, Any]
    readouts: pd.DataFrame
    items: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Encode:
    """Which layer predicts which region: encode.json (about), and the tables of encode.

    truth    : no row unless the responses are simulated
    matrices : "sounds" and "categories", (sounds,) str; "region:<name>" and "layer:<name>", (sounds, sounds),
               correlations between sounds
    """

    about: Mapping[str, Any]
    layers: pd.DataFrame
    best: pd.DataFrame
    summary: pd.DataFrame
    paired: pd.DataFrame
    similarity: pd.DataFrame
    ceilings: pd.DataFrame
    excluded: pd.DataFrame
    truth: pd.DataFrame
    matrices: Mapping[str, np.ndarray]


def read_behavior(metrics: Path, tasks: list[str], params: BehaviorParams) -> Behavior:
    """Read the network's results from a folder of metrics; raises as `tables.parsed`."""
    return Behavior(
        metrics=tables.read_json(metrics / "behavior.json"),
        psychometric=tables.read_csv(metrics / "psychometric.csv", of_behavior.PSYCHOMETRIC),
        thresholds=tables.read_csv(metrics / "thresholds.csv", of_behavior.THRESHOLDS),
        directions=tables.read_csv(metrics / "directions.csv", of_behavior.DIRECTIONS),
        hardest=tables.read_csv(metrics / "hardest.csv", of_behavior.HARDEST),
        confusions={task: tables.read_matrix(metrics / "confusions" / f"{task}.csv") for task in tasks},
        clips=tables.read_csv(metrics / answers.CLIPS, answers.COLUMNS).astype({"correct": bool}),
        answers=params.answers,
        confidence=params.confidence,
    )


def read_listeners(metrics: Path) -> Listeners:
    """Read the listeners' results from a folder of metrics; raises as `tables.parsed`."""
    folder = metrics / "listeners"
    there = {name: columns for name, columns in COMPARISONS.items() if (folder / f"{name}.csv").exists()}
    matrices = sorted((folder / "confusions").glob("*.csv"))
    return Listeners(
        metrics=tables.read_json(metrics / "behavior.json").get("listeners") or {},
        conditions=tables.read_csv(folder / "conditions.csv", of_behavior.CONDITIONS),
        comparisons={
            name: tables.read_csv(folder / f"{name}.csv", columns) for name, columns in there.items()
        },
        confusions={file.stem: tables.read_matrix(file) for file in matrices},
    )


@dataclass(frozen=True, eq=False)
class Replicate:
    """What the stage replicate found over trainings.

    seeds : of the trainings, that of the page's network first
    """

    seeds: Sequence[int]
    numbers: pd.DataFrame
    layers: pd.DataFrame
    claims: pd.DataFrame


def read_replicate(metrics: Path) -> Replicate:
    """Read replicate's results from a folder of metrics; raises as `tables.parsed`."""
    folder = metrics / "replicate"
    about = tables.read_json(folder / of_replicate.FILE)
    read = {
        name: tables.read_csv(folder / f"{name}.csv", columns)
        for name, columns in of_replicate.TABLES.items()
    }
    return Replicate(about[of_replicate.SEEDS], **read)


def read_decode(metrics: Path) -> Decode:
    """Read decode's results from a folder of metrics; raises as `tables.parsed`."""
    folder = metrics / "decode"
    return Decode(
        tables.read_json(metrics / "decode.json"),
        tables.read_csv(folder / "readouts.csv", of_decode.READOUTS),
        tables.read_csv(folder / "items.csv", of_decode.ITEMS),
    )


def read_encode(metrics: Path) -> Encode:
    """Read encode's results from a folder of metrics; raises as `tables.parsed`."""
    folder, about = metrics / "encode", tables.read_json(metrics / "encode.json")
    truth = folder / "truth.csv"
    simulated = truth.exists() or about["source"] == "simulated"
    return Encode(
        about,
        layers=tables.read_csv(folder / "layers.csv", of_encode.LAYERS),
        best=tables.read_csv(folder / "best.csv", of_encode.BEST),
        summary=tables.read_csv(folder / "summary.csv", of_encode.SUMMARY),
        paired=tables.read_csv(folder / "paired.csv", of_encode.PAIRED),
        similarity=tables.read_csv(folder / "similarity.csv", of_encode.SIMILARITY),
        ceilings=tables.read_csv(folder / "ceilings.csv", of_encode.CEILINGS),
        excluded=tables.read_csv(folder / "excluded.csv", of_encode.EXCLUDED),
        truth=tables.read_csv(truth, of_encode.TRUTH)
        if simulated
        else pd.DataFrame(columns=list(of_encode.TRUTH)),
        matrices=_matrices(folder / "matrices.npz"),
    )


def _matrices(path: Path) -> dict[str, np.ndarray]:
    found = tables.read_arrays(path)
    number = len(found.get("sounds", ()))
    shapes = {name: (number, number) if ":" in name else (number,) for name in found}
    wrong = [name for name, each in found.items() if each.shape != shapes[name]]
    if wrong or not {"sounds", "categories"} <= {*found}:
        raise ValueError(
            f"{path} has {', '.join(wrong) or 'no names or categories of sounds'}, which does not fit its "
            f"{number} sounds: delete it and run `dvc repro`"
        )
    return found
