"""The examples of docs/adding.md, each run as the page says: one file, one line in a registry."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from torch.nn import functional
from transformers import Data2VecAudioConfig, Wav2Vec2FeatureExtractor

from heschl.commands import main as heschl
from heschl.corpus import make, sources, tables
from heschl.encode import sources as brain
from heschl.encode.params import EncodeParams
from heschl.mixtures import backgrounds
from heschl.mixtures.mix import parts
from heschl.mixtures.params import Draw, Grid
from heschl.mixtures.row import Mixture
from heschl.network import presets
from heschl.network.branched import Network
from heschl.network.custom import CustomNetwork, build
from heschl.network.hearing import Hearing, HearingParams
from heschl.params import load
from heschl.report import page
from heschl.report.section import Content, Section
from heschl.shards.write import ShardParams, write_shards
from heschl.tasks import TASKS
from heschl.train import losses
from heschl.train.learner import Learner
from tests.helpers.adding_page import PAGE, blocks, example
from tests.helpers.mixtures import draw_mixtures, saved
from tests.helpers.models import WAVES, noise
from tests.helpers.trainings import TRAIN

ROOT = Path(__file__).parents[1]
DVC = yaml.safe_load((ROOT / "dvc.yaml").read_text())


def test_a_corpus_source(tmp_path, sound, monkeypatch):
    monkeypatch.setitem(sources.SOURCES, "tones", example("A corpus source").TONES)
    params = replace(load("corpus", make.CorpusParams, ROOT / "params.yaml"), source="tones")
    provenance = make.make(params, tmp_path, sound)
    assert provenance["source"] == "tones"
    assert provenance["text"] == "Tones, made by a formula."
    assert {name: len(table) for name, table in tables.load(tmp_path).items()} == {
        "words": 48, "music": 48, "scenes": 24, "talkers": 24
    }  # fmt: skip


def test_a_background(corpus, sound, mixture_params, monkeypatch):
    folder, found = corpus
    added = example("A background", **vars(backgrounds)).REVERSED
    monkeypatch.setitem(backgrounds.BACKGROUNDS, "reversed", added)
    params = replace(mixture_params, backgrounds=("reversed",))
    table = draw_mixtures(found, folder, ("word", "genre"), params, sound)
    assert set(table["background"]) == {"clean", "reversed"}
    row = Mixture.of(table[table["background"] == "reversed"].iloc[0])
    (file,), (start,) = row.background_files, row.background_starts_s
    assert "/talkers/" in file
    reversed_speech = parts(row, folder, sound).background
    twice = replace(row, background="babble2", background_files=(file,) * 2, background_starts_s=(start,) * 2)
    speech = parts(twice, folder, sound).background
    assert np.corrcoef(reversed_speech[::-1], speech)[0, 1] > 0.999


@pytest.fixture
def scene(monkeypatch):
    """The task of the page, with the loss of the page, in the registries."""
    losses_of_page = example("A loss or a score", **vars(losses))
    monkeypatch.setitem(losses.LOSSES, "smoothed", losses_of_page.smoothed)
    monkeypatch.setitem(TASKS, "scene", replace(example("A task").SCENE, loss="smoothed"))


def test_a_task_has_a_label_column(scene, corpus, sound, mixture_params, tmp_path):
    folder, found = corpus
    tasks = ("word", "genre", "scene")
    draw = Draw(clips=dict.fromkeys(tasks, 4), snr_db=(0.0,), clean=0.5, backgrounds=(), labels={})
    test = Grid(targets=dict.fromkeys(tasks, 2), snr_db=(0.0,), labels={})
    params = replace(mixture_params, backgrounds=("scene",), train=draw, validation=draw, test=test)
    table = draw_mixtures(found, folder, tasks, params, sound)
    kinds = ["bass-noise", "flute-noise"]
    assert set(table.loc[table["task"] == "scene", "scene"]) == set(kinds)
    assert set(table.loc[table["task"] != "scene", "scene"]) == {"__other__"}
    index = write_shards(
        saved(table), folder, tmp_path, tasks, sound, ShardParams(clips=20, remix=False, store=None), {}
    )
    assert index["labels"]["scene"] == ["__other__", *kinds]


def test_a_task_has_a_branch_and_a_loss(scene, sections):
    labels = {"word": ["__genre__", "low"], "scene": ["__other__", "bass-noise", "flute-noise"]}
    params = HearingParams(*(sections[name] for name in ("sound", "cochleagram", "network")))
    learner = Learner(
        Hearing(params, labels), replace(TRAIN, loss_weights={"word": 1.0, "scene": 1.0}), 1
    ).eval()
    waveform = torch.from_numpy(np.random.default_rng(0).standard_normal((2, 8000)).astype(np.float32))
    target, half = torch.tensor([0, 2]), torch.full((2,), 0.5)
    batch = {
        "waveform": waveform,
        "targets": {"word": target.clamp(max=1), "scene": target},
        "weights": {"word": half, "scene": half},
        "valid": torch.tensor([True, True]),
    }
    with torch.no_grad():
        learner.validation_step(batch, 0)
        logits = learner.hearing(waveform)["scene"]
    expected = functional.cross_entropy(logits, target, label_smoothing=0.1)
    found = learner.means("validation")
    assert found["validation_scene_loss"] == pytest.approx(expected.item(), abs=1e-6)
    assert found["validation_scene_accuracy"] == float(logits[1].argmax() == 2)  # the null class is no answer


def plots():
    """Return the plots of dvc.yaml, name -> plot."""
    return {name: plot for each in DVC["plots"] for name, plot in each.items()}


@pytest.mark.parametrize("task", load("tasks", tuple[str, ...], ROOT / "params.yaml"))
def test_each_task_of_the_params_has_a_plot(task):
    assert plots()[task]["y"] == {f"metrics/curves/{task}.csv": "${mixtures.backgrounds}"}


def test_the_plot_of_a_task_is_like_those_of_dvc_yaml():
    ((added,),) = (yaml.safe_load(block) for block in blocks("A task", "yaml"))
    expected = yaml.safe_load(
        yaml.safe_dump(plots()["genre"]).replace("genre", "scene").replace("Genre", "Scene")
    )
    assert added == {"scene": expected}


def test_a_brain_data_set(tmp_path, monkeypatch):
    monkeypatch.setitem(brain.SOURCES, "ecog", example("A brain data set").read)
    (tmp_path / "ecog.csv").write_text("sound,e1,e2\nrain.wav,0.5,1\nwind.wav,0.25,2\n")
    params = replace(load("encode", EncodeParams, ROOT / "params.yaml"), source="ecog")
    responses = brain.read(params.source, tmp_path)
    assert responses.sounds == ("rain", "wind")
    assert responses.names == ("e1", "e2")
    np.testing.assert_array_equal(responses.values[..., 0], [[0.5, 1], [0.25, 2]])


def test_a_section_of_the_report(tmp_path, monkeypatch):
    context = {"Section": Section, "epochs": example("A section of the report")}
    added = eval(blocks("A section of the report", "python")[1], context)
    (tmp_path / "epochs.html.jinja").write_text(blocks("A section of the report", "jinja")[0])
    (tmp_path / "top.html.jinja").write_text("<h1>Top</h1>")
    monkeypatch.setattr(page, "FOLDERS", [*page.FOLDERS, tmp_path])
    monkeypatch.setattr(page, "HEADLINE", Section("top", "", lambda inputs: Content({})))
    monkeypatch.setattr(page, "SECTIONS", (added,))
    history = pd.DataFrame({"validation_loss": [2.0, 1.256, 1.5]})
    inputs = SimpleNamespace(
        network=SimpleNamespace(run_id="1234567890", history=history),
        examples=SimpleNamespace(clips=[], hardest=[]),
    )
    html = page.render(inputs)
    assert '<section id="epochs">\n<h2>Epochs</h2>' in html
    assert "The network trained for 3 epochs. Its lowest loss was 1.26." in html


def test_a_network_by_name(monkeypatch):
    monkeypatch.setitem(presets.PRESETS, "tiny", example("A network by name").TINY)
    network = Network.preset("tiny", classes={"word": 5})
    assert list(network.layers) == ["conv1", "pool1", "word.fc2", "word.readout"]
    assert network(torch.zeros(2, 57, 200))["word"].shape == (2, 5)


def test_a_network_class(monkeypatch):
    monkeypatch.setitem(sys.modules, "networks.pooled", example("A network class"))
    params = CustomNetwork(module="networks.pooled:Pooled", options={"dropout": 0.1})
    network = build(params, {"word": 5, "genre": 3}, (57, 200))
    assert network(torch.zeros(2, 57, 200))["genre"].shape == (2, 3)


def test_an_audio_model():
    model = example("An audio model").MODEL
    config = Data2VecAudioConfig(**{**WAVES, "num_conv_pos_embeddings": 2})
    ready = model.drawn(config, Wav2Vec2FeatureExtractor(), 1)
    assert (model.kind, ready.shortest) == (config.model_type, 400)
    layers = ready.activations(noise(2.0)[None])
    assert {name: tuple(values.shape) for name, values in layers.items()} == dict.fromkeys(
        ("embedding", "block1", "block2"), (1, 24, 99)
    )


def test_a_stage(tmp_path, monkeypatch, capsys):
    (tmp_path / "mixtures").mkdir()
    table = pd.DataFrame({"background": ["clean", "music", "music"]})
    table.to_parquet(tmp_path / "mixtures" / "mixtures.parquet")
    monkeypatch.setattr("sys.argv", ["count", str(tmp_path / "mixtures"), str(tmp_path)])
    example("A stage").main()
    assert (tmp_path / "count.csv").read_text() == "background,count\nmusic,2\nclean,1\n"
    assert "count     2 backgrounds" in capsys.readouterr().out


def test_a_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "heschl.commands.labels", example("A command"))
    monkeypatch.setitem(heschl.COMMANDS, "labels", "list the labels of a network")
    (tmp_path / "config.json").write_text(json.dumps({"labels": {"word": ["boat", "sun"]}}))
    monkeypatch.setattr("sys.argv", ["heschl", "labels", str(tmp_path)])
    heschl.main()
    assert capsys.readouterr().out == "word: boat, sun\n"
    monkeypatch.setattr("sys.argv", ["heschl"])
    heschl.main()
    assert "list the labels of a network" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:pipeline|tests|docs)/[\w/]+\.py)`", PAGE))))
def test_paths_on_the_page_are_examples_or_exist(path):
    examples = re.findall(r"`(\S+)`:\n\n```", PAGE)
    assert path in examples or (ROOT / path).is_file()
