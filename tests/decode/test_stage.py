"""The clips and sounds that decode takes, and the stage from a tiny training to tables and the MLflow run."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from pipeline.activations.features import LayersError
from pipeline.activations.modulation import ModulationFilters, ModulationParams, by_filter
from pipeline.decode import clips, levels
from pipeline.decode.params import DecodeParams
from pipeline.ear.cochleagram import Cochleagram
from pipeline.params import ParamsError, parse, plain
from pipeline.shards.read import Shards
from stages import decode
from tests.helpers.trainings import fit

PARAMS = DecodeParams(
    seed=1,
    source="clips",
    folder="brain",
    clips=30,
    lowest_snr_db=0.0,
    dimensions=100,
    bands=3,
    splits=2,
    test=0.25,
    confidence=0.95,
)
BANK = {"envelope_hz": 100.0, "channels_per_octave": 12, "rates_hz": [4.0], "scales": [0.5, 1.0]}
LAYERS = {"names": None, "time_axis": -1, "batch_size": 16}


@pytest.fixture
def trained(store, shard_folder, sections):
    """A tiny network in the folder `network`, beside params.yaml."""
    fit(shard_folder, sections)
    Path("beside").mkdir()
    return save


def save(params):
    Path("params.yaml").write_text(
        yaml.safe_dump({"decode": plain(params), "modulation": BANK, "layers": LAYERS})
    )


def run(monkeypatch, shards):
    monkeypatch.setattr(sys, "argv", ["stages.decode", str(shards), "network", "beside", "metrics"])
    decode.main()
    return pd.read_csv("metrics/decode/readouts.csv", keep_default_na=False), json.loads(
        Path("metrics/decode.json").read_text()
    )


def test_clips_are_half_of_each_task_and_loud_enough(shard_folder):
    shards = Shards.open(shard_folder, "train")
    params = replace(PARAMS, clips=20)
    found = clips.of_shards(shards, params)
    assert len(found) == len(set(found.names)) == 20
    assert [(found.labels[task] != "").sum() for task in ("word", "genre", "speaker")] == [10, 10, 10]
    records = {shards.record(number)["key"]: shards.record(number) for number in range(len(shards))}
    assert all(records[name]["snr_db"] is None or records[name]["snr_db"] >= 0 for name in found.names)
    assert [records[name]["source"] for name in found.names] == found.labels["source"].tolist()
    assert not any(label.startswith("__") for column in found.labels.values() for label in column)
    assert clips.of_shards(shards, params).names == found.names
    assert clips.of_shards(shards, replace(params, seed=2)).names != found.names


def test_shards_without_a_clip_that_will_do(shard_folder, monkeypatch):
    shards = Shards.open(shard_folder, "train")
    monkeypatch.setattr(Shards, "record", lambda self, number: {"task": "word", "snr_db": 3.0})
    message = r"decode\.lowest_snr_db is 99, and .* has no train clip at that SNR, nor a clean one\. Lower it"
    with pytest.raises(clips.ClipsError, match=message):
        clips.of_shards(shards, replace(PARAMS, lowest_snr_db=99.0))


def test_energy_is_highest_in_the_band_of_a_tone(sections, sound):
    class Heard:
        ear = Cochleagram(sections["cochleagram"], sound)
        cochleagram = ear

    time = np.arange(sound.samples) / sound.sample_rate
    tones = np.array([8000 * np.sin(2 * np.pi * hz * time) for hz in (150, 800, 3500)], np.int16)
    found = levels.frequency(Heard(), tones, 3, 2)
    assert found.values.argmax(axis=1).tolist() == [0, 1, 2]
    rows = Heard.ear.frequencies_hz
    ends = [float(end) for name in found.columns["frequency"] for end in name.removesuffix(" Hz").split("-")]
    assert ends[1] == ends[2]
    assert [ends[0], ends[-1]] == [round(rows[0]), round(rows[-1])]


def test_modulation_is_the_logarithm_of_the_filters_power_also_of_silence(sound):
    params = parse("modulation", BANK, ModulationParams)
    waveforms = np.random.default_rng(0).integers(-3000, 3000, (5, sound.samples)).astype(np.int16)
    found = levels.modulation(params, sound, waveforms, 2)
    expected = by_filter(ModulationFilters(params, sound).power(waveforms, 5))
    np.testing.assert_allclose(found.values, np.log(expected), rtol=1e-5)
    assert found.columns == {"modulation": ("4 Hz, 0.5 cycles/octave", "4 Hz, 1 cycles/octave")}
    waveforms[1] = 0
    silent = levels.modulation(params, sound, waveforms, 2).values
    np.testing.assert_allclose(silent[1], np.log(1e-12 * expected[[0, 2, 3, 4]].max(axis=0)), rtol=1e-5)
    assert np.isfinite(levels.modulation(params, sound, 0 * waveforms, 2).values).all()


@pytest.mark.slow
def test_stage_reads_out_clips(trained, shard_folder, monkeypatch, store, capsys):
    trained(PARAMS)
    opened = Shards.open
    keys = [opened(shard_folder, "train").record(number)["key"] for number in range(44)]
    Path("beside/clips").mkdir()
    np.savez(
        "beside/clips/own.npz", sounds=np.array(keys), layer=np.random.default_rng(0).standard_normal((44, 5))
    )
    np.savez("beside/other.npz", sounds=np.array(["a"]), layer=np.ones((1, 2)))  # of other sounds: for encode
    Path("beside/own").mkdir()
    Path("beside/own/config.json").write_text("{}")
    with pytest.raises(LayersError, match=r"beside/clips/own.npz: the name 'own' is taken"):
        clips.beside(Path("beside"))
    shutil.rmtree("beside/own")
    monkeypatch.setattr(
        Shards, "open", lambda folder, split: opened(folder, "train")
    )  # whose speakers are enough
    table, metrics = run(monkeypatch, shard_folder)
    assert set(table["model"]) == {"network", "untrained", "permuted", "own"}
    assert set(table["readout"]) | set(metrics["skipped"]) == {
        "frequency",
        "modulation",
        "word",
        "genre",
        "speaker",
    }
    assert {"frequency", "modulation", "word"} <= set(table["readout"])
    assert set(table.loc[table["branch"] == "", "layer"]) == {"cochleagram", "conv1", "norm1", "layer"}
    assert len(pd.read_csv("metrics/decode/sounds.csv")) == metrics["clips"]
    assert np.isfinite(table[["value", "low", "high"]].to_numpy(float)).all()
    items = pd.read_csv("metrics/decode/items.csv")
    assert set(items.loc[items["readout"] == "modulation", "item"]) == {
        "4 Hz, 0.5 cycles/octave",
        "4 Hz, 1 cycles/octave",
    }
    run_id = Path("network/run_id").read_text()
    assert (
        store().get_run(run_id).data.metrics["decode.frequency.best"] == metrics["best"]["frequency"]["value"]
    )
    kept = {Path(file.path).name for file in store().list_artifacts(run_id, "decode")}
    assert kept == {"readouts.csv", "items.csv", "sounds.csv", "decode.json"}
    assert "best layers: frequency" in capsys.readouterr().out


@pytest.mark.slow
def test_stage_reads_out_the_sounds_of_a_folder(trained, shard_folder, sound, monkeypatch):
    trained(replace(PARAMS, source="sounds"))
    rng = np.random.default_rng(0)
    Path("brain/wav").mkdir(parents=True)
    names = [f"sound{number}" for number in range(12)]
    for number, name in enumerate(names):
        tone = np.sin(
            2 * np.pi * (300 if number % 2 else 1500) * np.arange(sound.samples) / sound.sample_rate
        )
        soundfile.write(
            f"brain/wav/{name}.wav", 0.1 * tone + 0.02 * rng.standard_normal(sound.samples), sound.sample_rate
        )
    rows = [f"{name},{'low' if number % 2 else 'high'}" for number, name in enumerate(names)]
    Path("brain/labels.csv").write_text("\n".join(["sound,pitch", *rows]))
    np.savez("beside/own.npz", sounds=np.array(names[::-1]), layer=rng.standard_normal((12, 5)))
    table, metrics = run(monkeypatch, shard_folder)
    assert set(table["readout"]) == {"frequency", "modulation", "pitch"}
    assert set(table["sources"]) == {"sound"}
    assert metrics["best"]["pitch"]["value"] == 1
    assert table.loc[table["model"] == "own", "units"].tolist() == [5] * 3


@pytest.mark.parametrize(("key", "value"), [("splits", 1), ("test", 0.6), ("source", "brain")])
def test_params_that_make_no_sense_are_refused(key, value):
    with pytest.raises(ParamsError, match=rf"decode\.{key}"):
        parse("decode", plain(PARAMS) | {key: value}, DecodeParams)
