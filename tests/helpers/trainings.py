"""A tiny training for all tests that train: params, shards, a tracking store for each test."""

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from heschl import tracking
from heschl.ear.params import CochleagramParams
from heschl.machine import MachineParams
from heschl.network.table import NetworkParams
from heschl.params import parse, plain
from heschl.shards.write import ShardParams, write_shards
from heschl.train import fit as fitting
from heschl.train.optimizer import OptimizerParams
from heschl.train.params import Sections, TrainParams
from tests.helpers.mixtures import draw_mixtures, saved
from tests.helpers.paths import CODE

ROOT = Path(__file__).parents[2]
LIMIT_S = 1800  # above what the processes of a training wait for each other: they say why they end
LAYERS = [
    {"kind": "conv", "name": "conv1", "filters": 4, "kernel": [3, 3], "stride": [2, 2], "bias": True},
    {"kind": "batch_norm", "name": "norm1"},
    {"kind": "mean_pool", "name": "pool1", "kernel": [4, 8], "stride": [4, 8], "count_padding": False},
    {"kind": "dropout", "name": "drop1", "share": 0.3},
]
EAR = CochleagramParams(
    program="pycochleagram", low_hz=100, high_hz=4000, filters=10, sample_factor=1, padding=0, envelope_hz=50,
    compression=0.3, rms=0.1, image=None, oversampling=1.0,
)  # fmt: skip
OPTIMIZER = OptimizerParams(
    name="adamw", learning_rate=0.01, weight_decay=0.01, momentum=0.9, schedule="cosine", warmup=0.1,
    step_every=0.5, step_factor=0.1, gradient_clip=1.0, accumulate=1,
)  # fmt: skip
TRAIN = TrainParams(
    seed=1, epochs=2, batch_size=8, optimizer=OPTIMIZER, loss_weights={"word": 1.0, "genre": 0.5},
    other_clips="null_class", patience=0, precision="32-true", overfit_batches=0, fast_dev_run=0,
)  # fmt: skip
MACHINE = MachineParams(
    accelerator="cpu", devices=1, num_nodes=1, strategy="auto", launch=[], workers=0, compile=False,
    channels_last=True, checkpoint_steps=2, log_steps=2, loggers=[], cache="work/cache", cache_gb=1.0,
)  # fmt: skip


def network_of(*layers, branch_after=None):
    """Return a table of some of the layers, shared up to the second, or to the first if it is alone."""
    chosen = [layer for layer in LAYERS if layer["name"] in layers]
    values = {
        "branch_after": branch_after or chosen[min(1, len(chosen) - 1)]["name"],
        "width": 1.0,
        "layers": chosen,
    }
    return parse("network", values, NetworkParams)


@pytest.fixture(scope="session")
def shard_folder(tmp_path_factory, corpus, sound, mixture_params):
    """Shards whose training clips are mixed anew in every epoch, as by default."""
    return packed(tmp_path_factory.mktemp("shards"), corpus, sound, mixture_params, remix=True)


@pytest.fixture(scope="session")
def mixed_folder(tmp_path_factory, corpus, sound, mixture_params):
    """The same clips, those for training mixed once: their split can stand in for a larger test split."""
    return packed(tmp_path_factory.mktemp("mixed"), corpus, sound, mixture_params, remix=False)


def packed(out, corpus, sound, mixture_params, remix, store=None):
    """Write the shards of a small table of mixtures to the folder `out`, or their tars to a store."""
    folder, tables = corpus
    table = draw_mixtures(tables, folder, ("word", "genre"), mixture_params, sound)
    record = {"mixtures": plain(mixture_params)}
    write_shards(
        saved(table),
        folder,
        out,
        ("word", "genre"),
        sound,
        ShardParams(clips=20, remix=remix, store=None),
        record,
        store=store,
    )
    return out


@pytest.fixture
def sections(sound):
    network = network_of(*(layer["name"] for layer in LAYERS))
    return {"sound": sound, "cochleagram": EAR, "network": network, "train": TRAIN, "machine": MACHINE}


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    """An SQLite store without runs; MLflow takes seconds to make one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("store"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        tracking.client().search_experiments()
        return Path(tracking.STORE).resolve()


@pytest.fixture
def store(tmp_path, monkeypatch, empty_store):
    """A tracking store for this test alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(empty_store, tracking.STORE)
    return tracking.client


def changed(sections, **changes):
    """Return sections with changed values of `machine`, `train` or its optimizer, by name."""
    train, machine = sections["train"], sections["machine"]
    for name, value in changes.items():
        if hasattr(machine, name):
            machine = replace(machine, **{name: value})
        elif hasattr(train, name):
            train = replace(train, **{name: value})
        else:
            train = replace(train, optimizer=replace(train.optimizer, **{name: value}))
    return sections | {"train": train, "machine": machine}


def fit(shard_folder, sections, name="network"):
    """Train in this process; return what `fit` does."""
    work = Path("work") / name
    work.mkdir(parents=True, exist_ok=True)
    record = {section: plain(value) for section, value in sections.items()}
    return fitting.fit(shard_folder, work, Path(name), Sections(**sections), record)


def rows_of(name):
    with open(Path(name) / "history.csv") as file:
        return list(csv.DictReader(file))


def stage(sections, shard_folder, out, driver=None):
    """Return the train stage's command and environment; `driver`: what tests/helpers/driver.py is to do."""
    Path("params.yaml").write_text(yaml.safe_dump({name: plain(value) for name, value in sections.items()}))
    environment = os.environ | {
        "PYTHONPATH": CODE,
        "OMP_NUM_THREADS": "1",
        "HESCHL_TEST": driver or "",
    }
    program = [str(ROOT / "tests" / "helpers" / "driver.py")] if driver else ["-m", "stages.train"]
    return {"args": [sys.executable, *program, str(shard_folder), out], "env": environment, "text": True}


def run(sections, shard_folder, out, driver=None):
    """Run the stage to its end; return its status and what it printed."""
    done = subprocess.run(
        **stage(sections, shard_folder, out, driver),
        capture_output=True,
        timeout=LIMIT_S,
        start_new_session=True,
    )
    return done.returncode, done.stdout + done.stderr
