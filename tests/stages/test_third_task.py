"""A third task and a seventh background, the examples of docs/adding.md, in every stage after the corpus."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from heschl import tracking
from heschl.corpus.splits import Split, assign_splits
from heschl.corpus.tables import QUARANTINE
from heschl.mixtures import backgrounds
from heschl.mixtures.params import Grid
from heschl.network.saved import load_network
from heschl.params import plain
from heschl.shards.read import Shards
from heschl.tasks import TASKS
from stages import (
    behavior,
    decode,
    encode,
    evaluate,
    localize,
    mixtures,
    replicate,
    report,
    rooms,
    shards,
    train,
)
from tests.helpers.adding_page import example
from tests.helpers.trainings import EAR, LAYERS, MACHINE, TRAIN, network_of

ROOT = Path(__file__).parents[2]
COMMANDS = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
STAGES = (
    rooms, mixtures, shards, train, evaluate, behavior, decode, encode, localize, replicate, report
)  # fmt: skip
USED = ("scene", "shaped", "reversed")  # backgrounds: one called as the task, one of no pieces, the new one
NAMES = ("word", "genre", "scene")
SCENES = ["bass-noise", "flute-noise"]
pytestmark = pytest.mark.slow


def small(sound, given):
    """Return the values of params.yaml, as small as the corpus of the tests, with the task and background."""
    each = dict.fromkeys
    draw = replace(given.train, clips=each(NAMES, 16))
    mixed = replace(
        given,
        backgrounds=USED,
        train=draw,
        validation=draw,
        test=Grid(targets={"word": 2, "genre": 2, "scene": 6}, snr_db=(-3.0, 6.0), labels={}),
    )
    training = replace(TRAIN, epochs=1, loss_weights=each(NAMES, 1.0))
    network = network_of(*(layer["name"] for layer in LAYERS))
    made = {"sound": sound, "mixtures": mixed, "cochleagram": EAR, "network": network}
    made |= {"train": training, "machine": MACHINE}
    values = yaml.safe_load((ROOT / "params.yaml").read_text())
    values |= {name: plain(section) for name, section in made.items()} | {"tasks": list(NAMES)}
    values["behavior"] |= {"resamples": 20, "answers": each(NAMES, 1)}
    values["decode"] |= {"clips": 60, "splits": 2, "dimensions": 16}
    values["encode"] |= {"sounds": 8, "splits": 2, "fit": 4, "resamples": 20}
    values["encode"]["simulated"] = {
        "participants": 2, "voxels": 2, "repeats": 2, "reliability": 0.7, "dimensions": 2,
        "regions": {"sources": "scene.pool1"},
    }  # fmt: skip
    values["report"] |= {"examples": 2, "hardest": 1}
    return values


def write_corpus(folder, tables):
    """Write the corpus of the tests to data/corpus, with two test sources of each kind of scene."""
    shutil.copytree(folder, "data/corpus")
    bare = {name: table.drop(columns="split") for name, table in tables.items()}
    divided = assign_splits(bare, Split(train=0.4, validation=0.2, test=0.4), seed=0)
    for name, table in (tables | {"scenes": divided["scenes"]}).items():
        table.to_parquet(f"data/corpus/{name}.parquet")
    pd.DataFrame(columns=list(QUARANTINE)).to_csv("data/corpus/quarantine.csv", index=False)
    provenance = {"source": "tones", "text": "Tones and noise.", "tables": {}}
    Path("data/corpus/provenance.json").write_text(json.dumps(provenance))


@pytest.fixture(scope="module", autouse=True)
def made(tmp_path_factory, empty_store, corpus, sound, mixture_params):
    """Run the stages in this process and in a folder of their own, with the arguments of dvc.yaml."""
    added = example("A background", **vars(backgrounds)).REVERSED
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(backgrounds.BACKGROUNDS, added.name, added)
        patch.setitem(TASKS, "scene", example("A task").SCENE)
        patch.chdir(tmp_path_factory.mktemp("third"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        shutil.copy(empty_store, tracking.STORE)
        write_corpus(*corpus)
        for name in ("models", "listeners"):
            Path("inputs", name).mkdir(parents=True)
        Path("params.yaml").write_text(yaml.safe_dump(small(sound, mixture_params)))
        shutil.copy(ROOT / "dvc.yaml", "dvc.yaml")
        for stage in STAGES:
            command = COMMANDS[stage.__name__.removeprefix("stages.")]["cmd"]
            patch.setattr("sys.argv", command.split()[2:])
            stage.main()
        yield


def test_mixtures_and_shards_have_the_labels_and_the_background():
    table = pd.read_parquet("data/mixtures/mixtures.parquet")
    assert set(table.loc[table["task"] == "scene", "scene"]) == set(SCENES)
    assert set(table.loc[table["task"] != "scene", "scene"]) == {"__other__"}
    assert set(table.loc[table["background"] == "reversed", "split"]) == {"train", "validation", "test"}
    assert Shards.open(Path("data/shards"), "test").labels["scene"] == ["__other__", *SCENES]


def test_the_network_has_a_branch_and_its_training_a_loss_and_a_score():
    network = load_network(Path("models/network"))
    assert network.labels["scene"] == ["__other__", *SCENES]
    assert {"scene.pool1", "scene.readout"} <= set(network.network.layers)
    (row,) = pd.read_csv("models/network/history.csv").to_dict("records")
    for split in ("train", "validation"):
        losses = [row[f"{split}_{task}_loss"] for task in NAMES]
        assert row[f"{split}_loss"] == pytest.approx(sum(losses))
        assert 0 <= row[f"{split}_scene_accuracy"] <= 1


def test_behavior_is_measured_of_both():
    clips = pd.read_csv("metrics/clips.csv")
    rows = clips[clips["task"] == "scene"]
    assert set(rows["truth"]) == set(SCENES)
    assert set(rows["answer"]) <= set(SCENES)
    metrics = json.loads(Path("metrics/behavior.json").read_text())
    assert metrics["chance"]["scene"] == 0.5
    assert {"scene_clean", "scene_at_6dB"} <= set(metrics["summary"])
    for task in NAMES:
        assert set(metrics[task]["reversed"]) == {"-3", "6"}
        assert set(metrics["threshold"][task]) == set(USED)
        curves = pd.read_csv(f"metrics/curves/{task}.csv")  # what dvc.yaml plots
        assert set(curves) == {"snr_db", "chance", *USED}
    fits = pd.read_csv("metrics/thresholds.csv")
    assert set(fits.loc[fits["background"] == "reversed", "task"]) == set(NAMES)
    assert list(pd.read_csv("metrics/confusions/scene.csv", index_col=0)) == SCENES


def test_layers_are_decoded_and_encoded():
    readouts = pd.read_csv("metrics/decode/readouts.csv")
    assert "scene" in set(readouts["readout"])
    assert "scene" in set(readouts["branch"])
    best = pd.read_csv("metrics/encode/best.csv")
    assert "scene.pool1" in set(best.loc[best["region"] == "sources", "layer"])


def test_the_report_shows_both():
    page = " ".join(Path("report/index.html").read_text().split())
    for name in ("accuracy", "confusions"):
        section = page.partition(f'<section id="{name}">')[2].partition("</section>")[0]
        assert re.findall("<h3>(.*?)</h3>", section) == ["Word", "Genre", "Scene"]
    accuracy = page.partition('<section id="accuracy">')[2].partition("</section>")[0]
    assert accuracy.count('<th scope="row">reversed speech</th>') >= len(NAMES)
    assert "intervals over speakers, artists, and scenes;" in accuracy
    assert "Scene: right and wrong answers in every background" in page
    assert "Genre</strong> named correctly" in page
    assert "Scene</strong> named correctly" in page


def test_the_run_has_the_metrics_of_both():
    run = tracking.client().get_run(Path("models/network/run_id").read_text())
    assert {"validation_scene_loss", "accuracy.scene_clean", "threshold.scene"} <= set(run.data.metrics)
