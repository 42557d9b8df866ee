"""Everything the page shows: the files of the earlier stages, and what the stage adds to them."""

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables, tracking
from heschl.behavior.params import BehaviorParams
from heschl.corpus.tables import QUARANTINE
from heschl.localize.results import Localize, read_localize
from heschl.metamers.results import Metamers, read_metamers
from heschl.params import Natural, load, section
from heschl.report.data_set import DataSet, read_data_set
from heschl.report.examples import Examples
from heschl.report.results import (
    Behavior,
    Decode,
    Encode,
    Listeners,
    Replicate,
    read_behavior,
    read_decode,
    read_encode,
    read_listeners,
    read_replicate,
)
from heschl.report.runs import Compared
from heschl.report.searches import Branch, Retrain, Search, read_branch, read_retrain, read_search
from heschl.robustness.results import Robustness, read_robustness
from heschl.tasks import named

SHARDS = Path("data/shards")
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


@section
class ReportParams:
    """Params section `report`."""

    seed: Natural  # of the choice of example clips
    examples: Natural  # varied clips of each task
    hardest: Natural  # recordings of each task that are most often wrong
    runs: Natural  # of the same data, compared with this one


@dataclass(frozen=True, eq=False)
class Network:
    """The trained network, from models/network.

    labels  : task -> the labels that name something, in the order of the tasks
    ear     : the params of its cochleagram
    history : of its training, one row per validation
    """

    run_id: str
    labels: Mapping[str, Sequence[str]]
    parameters: int
    ear: Mapping[str, Any]
    history: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Corpus:
    """The recordings, from data/corpus: provenance.json, and the table of those left out."""

    provenance: Mapping[str, Any]
    quarantine: pd.DataFrame

    @property
    def synthetic(self) -> bool:
        """Return whether all recordings are synthetic."""
        return self.provenance["source"] == "synthetic"


@dataclass(frozen=True, eq=False)
class Settings:
    """How the result was made: the text of params.yaml, and program -> version."""

    params: str
    versions: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Inputs:
    """Everything the page shows; `read` reads the files, the stage adds examples and runs.

    examples : test clips to hear
    data_set : of the page's shards
    search, retrain, branch, metamers, robustness : the long experiments that were made
    runs     : trainings on the same data, this one among them
    origin   : when, on what and from which commit the network was trained, if that is known
    """

    behavior: Behavior
    listeners: Listeners
    decode: Decode
    encode: Encode
    localize: Localize
    replicate: Replicate
    network: Network
    corpus: Corpus
    settings: Settings
    search: Search | None = None
    retrain: Retrain | None = None
    branch: Branch | None = None
    data_set: DataSet | None = None
    metamers: Metamers | None = None
    robustness: Robustness | None = None
    examples: Examples = field(default_factory=Examples)
    runs: Sequence[Compared] = ()
    origin: tracking.Origin | None = None


def read(
    metrics: Path,
    network: Path,
    corpus: Path,
    params: Path,
    search: Path | None = None,
    shards: Path = SHARDS,
) -> Inputs:
    """Read what the earlier stages wrote.

    metrics, network, corpus : folders (metrics/, models/network/, data/corpus/); params : the params file
    search : folder of what the long experiments found, None: there is none
    shards : folder of the page's shards
    raises : FileNotFoundError or ValueError naming the file and the remedy
    """
    trained, recorded = _network(network), _corpus(corpus)
    behavior = read_behavior(metrics, list(trained.labels), load("behavior", BehaviorParams, params))
    versions = installed() | recorded.provenance.get("versions", {})
    return Inputs(
        behavior=behavior,
        listeners=read_listeners(metrics),
        decode=read_decode(metrics),
        encode=read_encode(metrics),
        localize=read_localize(metrics),
        replicate=read_replicate(metrics),
        network=trained,
        corpus=recorded,
        settings=Settings(tables.parsed(params, str), versions),
        search=read_search(search, shards) if search else None,
        retrain=read_retrain(search, shards, params) if search else None,
        branch=read_branch(search, shards) if search else None,
        data_set=read_data_set(shards),
        metamers=read_metamers(search) if search else None,
        robustness=read_robustness(search) if search else None,
    )


def installed(programs: Iterable[str] = PROGRAMS) -> dict[str, str]:
    """Return the versions of Python and of the installed `programs`."""
    found = {each.metadata["Name"].lower(): each.version for each in metadata.distributions()}
    return {"python": platform.python_version()} | {name: found[name] for name in programs if name in found}


def _network(folder: Path) -> Network:
    config = tables.read_json(folder / "config.json")
    return Network(
        run_id=tables.parsed(folder / "run_id", str.strip),
        labels={task: named(config["labels"][task]) for task in config["tasks"]},
        parameters=config["parameters"],
        ear=config["cochleagram"],
        history=tables.read_csv(folder / "history.csv", {"epoch": float, "step": float}),
    )


def _corpus(folder: Path) -> Corpus:
    return Corpus(
        tables.read_json(folder / "provenance.json"),
        tables.read_csv(folder / "quarantine.csv", QUARANTINE),
    )
