"""The results of long experiments, where they were made: their files in search/, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables
from heschl.branch import columns as of_branch
from heschl.grid.columns import DIFFERENCES
from heschl.params import load_all
from heschl.retrain import columns as of_retrain
from heschl.search import columns as of_search


@dataclass(frozen=True, eq=False)
class Search:
    """What a search for an architecture found.

    about   : search.json
    current : whether it was made on the shards of the page
    """

    about: Mapping[str, Any]
    trials: pd.DataFrame
    importances: pd.DataFrame
    current: bool


@dataclass(frozen=True, eq=False)
class Branch:
    """What the branch-point experiment found.

    about    : branch.json
    accuracy : of each network and task
    points   : of each network, and how often it is the best
    transfer : of separate networks, what each layer gives for every task; no row if there are none
    current  : whether it was made on the shards of the page
    """

    about: Mapping[str, Any]
    accuracy: pd.DataFrame
    points: pd.DataFrame
    transfer: pd.DataFrame
    current: bool


@dataclass(frozen=True, eq=False)
class Retrain:
    """How networks trained in full compare with that of params.yaml.

    about    : retrain.json
    accuracy : of each network and task
    current  : whether it was made on the shards of the page
    same     : whether params.yaml still has the network with which others are compared
    """

    about: Mapping[str, Any]
    accuracy: pd.DataFrame
    current: bool
    same: bool


def read_retrain(folder: Path, shards: Path, params: Path) -> Retrain | None:
    """Read the comparison from the folder of a search, as `read_search`; params : the params file."""
    folder = folder / of_retrain.FOLDER
    if not (folder / of_retrain.ABOUT).is_file():
        return None
    about = tables.read_json(folder / of_retrain.ABOUT)
    accuracy = tables.read_csv(folder / of_retrain.ACCURACY, of_retrain.ROWS)
    now, then = load_all(params), about["networks"][of_retrain.OURS]
    same = all(now.get(name) == value for name, value in then.items())
    return Retrain(about, accuracy, about["shards_sha256"] == of_search.digest_of(shards), same)


def read_branch(folder: Path, shards: Path) -> Branch | None:
    """Read the experiment's results from the folder of a search, as `read_search`."""
    folder = folder / of_branch.FOLDER
    if not (folder / of_branch.ABOUT).is_file():
        return None
    about = tables.read_json(folder / of_branch.ABOUT)
    accuracy = tables.read_csv(folder / of_branch.ACCURACY, of_branch.ROWS)
    accuracy = accuracy.reindex(columns=[*of_branch.ROWS, *DIFFERENCES])
    return Branch(
        about,
        accuracy.assign(**{name: pd.to_numeric(accuracy[name]) for name in DIFFERENCES}),  # some are empty
        tables.read_csv(folder / of_branch.BEST, of_branch.POINTS),
        tables.read_csv(transfer, of_branch.TRANSFERRED)
        if (transfer := folder / of_branch.TRANSFER).is_file()
        else pd.DataFrame(columns=list(of_branch.TRANSFERRED)),
        about["shards_sha256"] == of_search.digest_of(shards),
    )


def read_search(folder: Path, shards: Path) -> Search | None:
    """Read a search's results from its folder; None if there are none; raises as `tables.parsed`.

    shards : folder of the page's shards
    """
    if not (folder / of_search.ABOUT).is_file():
        return None
    about = tables.read_json(folder / of_search.ABOUT)
    scores = {
        of_search.score(name, epoch): float for name in about["objectives"] for epoch in about["epochs"]
    }
    trials = tables.read_csv(folder / of_search.TRIALS, of_search.ROWS | scores)
    return Search(
        about,
        trials.assign(front=trials.front.astype(str) == "True"),
        tables.read_csv(folder / of_search.IMPORTANCES, of_search.IMPORTANCE),
        about["shards_sha256"] == of_search.digest_of(shards),
    )
