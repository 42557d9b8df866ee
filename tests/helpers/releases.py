"""SYNTHETIC project with a network that was never trained, and metrics of random numbers, to release it."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from heschl import pretrained
from heschl.evaluate import answers
from heschl.evaluate.params import EvaluateParams
from heschl.evaluate.predict import answer
from heschl.network.hearing import Hearing
from heschl.network.saved import config_of, load_network, save_network
from heschl.params import load_all, plain
from heschl.release import write
from heschl.shards.read import Shards
from heschl.tasks import named
from heschl.work import finish
from tests.helpers import replicate_tables
from tests.helpers.report_page import fit
from tests.helpers.trainings import EAR, LAYERS, TRAIN, network_of

ROOT = Path(__file__).parents[2]
KINDS, LEVELS = ("scene", "babble2", "shaped"), (-6.0, 0.0, 6.0)
SOURCES = """what,made by,licence,link,attribution
"words, spoken",A. Speaker,CC BY 4.0,https://example.org/words,"Words by A. Speaker (2018)"
songs | <b>,B. Singer,CC BY-NC-SA 3.0,https://example.org/songs,Songs by B. Singer
"""


def write_network(folder, sound, labels):
    """Save a network of the tests' layers, with random weights; return its sections as plain values."""
    torch.manual_seed(0)
    sections = {
        "sound": sound,
        "cochleagram": EAR,
        "network": network_of(*(layer["name"] for layer in LAYERS)),
        "train": TRAIN,
    }
    config = config_of(sections, labels)
    network = Hearing.from_config(config).network
    config["parameters"] = sum(weight.numel() for weight in network.parameters())
    save_network(folder, network.state_dict(), config, [{"epoch": 1.0}], "run")
    return {name: plain(section) for name, section in sections.items()}


def behavior(labels, seed=0):
    """Return a behavior.json of random numbers, in which each interval holds its value."""
    rng = np.random.default_rng(seed)

    def ends(name, low, high, value=None):
        drawn = np.sort(rng.uniform(low, high, 3)).tolist()
        return dict(zip((f"{name}_low", value or name, f"{name}_high"), drawn, strict=True))

    def share():
        return ends("top1", 0, 1) | {"n": 40}

    measures = ["r", "rmse", "r_relative", "rmse_relative", "backgrounds_rho", "thresholds_rho"]
    found = {name: value for each in measures for name, value in ends(each, -1, 1).items()}
    out = {
        task: {"clean": share(), **{kind: {f"{snr:g}": share() for snr in LEVELS} for kind in KINDS}}
        for task in labels
    }
    chance = {task: 1 / len(named(names)) for task, names in labels.items()}
    at_chance = {task: {"at_chance": False, "sources": 7, "top1": 0.5, "n": 40} for task in labels}
    control = ends("top1", 0, 1) | {"n": 40, "chance": 0.5, "verdict": "none", "hidden": 0.1}
    heard = {"participants": 44, "conditions": 26, "labels": 800, "enough": True}
    return out | {
        "chance": chance,
        "at_chance": at_chance,
        "control": {"word_silenced": control},
        "listeners": {"published": {"word": found | heard}},
    }


def encode(simulated, seed=1):
    """Return an encode.json of random numbers."""
    values = iter(np.random.default_rng(seed).uniform(0, 0.3, 99))
    models = ["network", "untrained", "modulation"]
    best = {
        region: {
            model: {"layer": "conv1", "low": (low := next(values)), "r2": low + 0.2, "high": low + 0.4}
            for model in models
        }
        for region in ("speech", "music")
    }
    about = {"source": "components", "sounds": 165, "splits": 10, "interval": "splits", "corrected": False}
    test = {"difference": 0.13, "low": 0.02, "high": 0.24, "p_holm": 0.03, "verdict": "better"}
    paired = {"speech": {"modulation": test}}
    return about | {"simulated": simulated, "models": models, "best": best, "paired": paired}


def write_metrics(folder, labels, simulated=True):
    """Write the files of metrics/ that a card reads, but for the answers."""
    folder.mkdir(parents=True)
    texts = {
        "behavior": behavior(labels),
        "encode": encode(simulated),
        "summary": {"word_clean": 0.61234, "encode": 0.5},
    }
    for name, values in texts.items():
        (folder / f"{name}.json").write_text(json.dumps(values))
    fits = [
        {"task": task, "answers": 1, "background": kind} | fit(5.5 - 4 * place - len(task) / 10)
        for task, (place, kind) in itertools.product(labels, enumerate(KINDS))
    ]
    pd.DataFrame(fits).to_csv(folder / "thresholds.csv", index=False)
    (folder / "confusions").mkdir()
    for task, names in labels.items():
        table = pd.DataFrame(np.eye(len(named(names))), named(names), named(names))
        table.to_csv(folder / "confusions" / f"{task}.csv", index_label="truth")
    replicate_tables.write(folder, seeds=[1])


@pytest.fixture(scope="session")
def released_from(tmp_path_factory, shard_folder, sound):
    """A project with data, a network and metrics of it, whose files fit each other."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(shard_folder, folder / "data/shards")
    shards = Shards.open(folder / "data/shards", "test")
    sections = write_network(folder / "models/network", sound, shards.labels)
    params = load_all(ROOT / "params.yaml") | sections
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    units = {"rows": 12, "files": 12, "hours": 0.5, "units": {"train": 3, "validation": 2, "test": 1}}
    tables = {
        "words": units | {"audio_sha256": "ab12"},
        "music": units | {"rows": 30, "audio_sha256": "cd34"},
    }
    provenance = {"source": "recordings", "text": "Recordings of a folder.", "tables": tables}
    (folder / "data/corpus").mkdir()
    (folder / "data/corpus/provenance.json").write_text(json.dumps(provenance))
    write_metrics(folder / "metrics", shards.labels)
    heard = answer(
        load_network(folder / "models/network"), shards, EvaluateParams(batch_size=64, null_answers=False)
    )
    answers.write(folder / "metrics", [heard], [heard])
    (folder / "sources.csv").write_text(SOURCES)
    return folder


@pytest.fixture
def project(released_from, tmp_path, monkeypatch):
    """A copy of the project, as the folder that commands run in, and an empty home of pretrained networks."""
    folder = Path(shutil.copytree(released_from, tmp_path / "project"))
    (tmp_path / "pretrained").mkdir()
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "pretrained")
    monkeypatch.chdir(folder)
    return folder


def ship(network, name, home):
    """Make a pretrained network of a trained one, without a card worth reading; return its folder."""
    made = home / f"{name}-made"
    made.mkdir(parents=True)
    state = load_network(network).network.state_dict()
    write.stage(
        made, write.weights(state, False), json.loads((network / "config.json").read_text()), "a: 1\n"
    )
    (made / pretrained.CARD).write_text("card")
    finish(made, home / name)
    return home / name
