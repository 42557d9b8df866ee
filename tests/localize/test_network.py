"""A network as the listener: its task, its ears, its natural sounds."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from heschl.audio import Sound, write
from heschl.corpus.tables import COLUMNS, CorpusError
from heschl.localize import network, output
from heschl.localize.experiment import LocalizeError
from heschl.localize.experiments import EXPERIMENTS
from heschl.localize.measure import measure
from heschl.localize.params import LocalizeParams
from heschl.network.hearing import Hearing, HearingParams
from heschl.network.saved import config_of, save_network
from heschl.params import ParamsError, load
from heschl.rooms.params import RoomsParams
from stages import localize
from tests.helpers.trainings import EAR, ROOT, TRAIN, network_of

PARAMS = LocalizeParams(seed=1, experiments=[], repeats=1, ears=[0.8, "sphere"], batch_size=32)
NETWORK = network_of("conv1", "norm1", "pool1", branch_after="norm1")
LABELS = {"word": ["a", "b"], "where": ["000+00", "090+00", "180+00", "270+00", "__nowhere__"]}


@pytest.fixture
def corpus(tmp_path):
    """Return a folder with one SYNTHETIC scene in the test split, and tables that say so."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    rng = np.random.default_rng(1)
    write(folder / "rain.wav", rng.integers(-3000, 3000, 40000).astype(np.int16) / 32768, 16000)
    for name, columns in COLUMNS.items():
        rows = {column: ["rain"] for column in columns}
        rows |= {"file": ["rain.wav"], "start_s": [0.5], "end_s": [2.0]}
        pd.DataFrame(rows).assign(split="test").to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture
def hearing():
    torch.manual_seed(1)
    sound = Sound(sample_rate=16000, clip_s=0.5, channels=2)
    return Hearing(HearingParams(sound, EAR, NETWORK), LABELS).eval()


def test_the_task_that_names_directions_is_found(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"labels": LABELS}))
    assert network.placed_task(tmp_path) == "where"
    (tmp_path / "config.json").write_text(json.dumps({"labels": {"word": ["a"]}}))
    assert network.placed_task(tmp_path) is None


def test_a_network_does_an_experiment(hearing, corpus, tmp_path):
    setting = network.setting_of(hearing, "where", PARAMS, load("rooms", RoomsParams), tmp_path, corpus)
    assert setting.azimuth.tolist() == [0, 90, 180, -90]
    assert list(setting.others) == ["x 0.8", "sphere"]
    listener = partial(network.probabilities, hearing, "where", "cpu")
    result = measure(EXPERIMENTS["frequency"], setting, listener, 1, 32)
    assert np.isfinite(result.rmse)
    ears = np.stack([setting.from_place(setting.natural(np.random.default_rng(1)), 90)]).astype(np.float32)
    shares = listener(ears, [{}])
    assert shares.shape == (1, 4)  # without the null class
    assert shares.sum() == pytest.approx(1)
    files = output.write(tmp_path, {"frequency": result}, {}, "")
    assert len(pd.read_csv(files[0])) == len(result.values)
    assert output.summary_line({"frequency": result}, {}, "").startswith("1 experiments, 216 sounds: r ")


def test_natural_sounds_are_parts_of_test_recordings(hearing, corpus, tmp_path):
    setting = network.setting_of(hearing, "where", PARAMS, load("rooms", RoomsParams), tmp_path, corpus)
    first, again = (setting.natural(np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.shape == (8000,)
    assert np.abs(first).max() > 0.01
    for name in COLUMNS:
        table = pd.read_parquet(corpus / f"{name}.parquet")
        table.assign(split="train").to_parquet(corpus / f"{name}.parquet")
    with pytest.raises(CorpusError, match="no scenes in the test split"):
        network.recordings(corpus)


def test_one_channel_is_refused(corpus, tmp_path, sound):
    hearing = Hearing(HearingParams(sound, EAR, NETWORK), LABELS)
    with pytest.raises(LocalizeError, match="hears one channel"):
        network.setting_of(hearing, "where", PARAMS, load("rooms", RoomsParams), tmp_path, corpus)


def test_ears_that_are_not_there_are_named(tmp_path):
    params = LocalizeParams(seed=1, experiments=[], repeats=1, ears=["mine.sofa"], batch_size=32)
    with pytest.raises(
        ParamsError, match=r"localize\.ears is 'mine\.sofa'; expected kemar, sphere or a file"
    ):
        network.new_ears("kemar", params, Sound(44100, 1.0, 2), tmp_path)


def test_without_the_task_the_tables_are_empty_and_say_why(tmp_path):
    files = output.write(tmp_path, {}, {}, network.NONE)
    assert [len(pd.read_csv(file)) for file in files[:3]] == [0, 0, 0]
    assert json.loads(files[3].read_text())["note"] == network.NONE
    assert output.summary_line({}, {}, network.NONE) == f"none: {network.NONE}"


def test_the_stage_from_a_trained_network_to_tables(store, hearing, corpus, monkeypatch, capsys):
    values = yaml.safe_load((ROOT / "params.yaml").read_text())
    values["localize"] |= {"experiments": ["weights", "sides"], "repeats": 1}
    values["machine"]["accelerator"] = "cpu"
    Path("params.yaml").write_text(yaml.safe_dump(values))
    Path("heads").mkdir()
    params = hearing.params
    sections = {"sound": params.sound, "cochleagram": EAR, "network": params.network, "train": TRAIN}
    state, config = hearing.network.state_dict(), config_of(sections, hearing.labels)
    save_network(Path("network"), state, config, [{"epoch": 0}], "0" * 32)
    monkeypatch.setattr("sys.argv", ["localize", str(corpus), "heads", "network", "metrics"])
    localize.main()
    scores = pd.read_csv("metrics/localize/scores.csv")
    assert scores.experiment.tolist() == ["weights", "sides"]
    assert scores.sounds.tolist() == [195, 200]
    values = pd.read_csv("metrics/localize/values.csv")
    assert set(values[values.experiment == "weights"].who) == {"network", "people"}
    assert "2 experiments, 395 sounds" in " ".join(capsys.readouterr().out.split())
