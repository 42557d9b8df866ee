"""The stage, from a tiny training to tables and the MLflow run."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from heschl.decode.params import DecodeParams
from heschl.params import plain
from heschl.shards.read import Shards
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
ACTIVATIONS = {"names": None, "time_axis": -1, "batch_size": 16, "trust_code": False}


@pytest.fixture
def trained(store, shard_folder, sections):
    """Train a tiny network in the folder `network`; return a function that writes params.yaml."""
    fit(shard_folder, sections)
    Path("models").mkdir()

    def save(params):
        texts = {"decode": plain(params), "modulation": BANK, "activations": ACTIVATIONS}
        Path("params.yaml").write_text(yaml.safe_dump(texts | {"machine": plain(sections["machine"])}))

    return save


def run(monkeypatch, shards):
    monkeypatch.setattr(sys, "argv", ["stages.decode", str(shards), "network", "models", "metrics"])
    decode.main()
    return pd.read_csv("metrics/decode/readouts.csv", keep_default_na=False), json.loads(
        Path("metrics/decode.json").read_text()
    )


@pytest.mark.slow
def test_stage_reads_out_clips(trained, mixed_folder, monkeypatch, store, capsys):
    trained(PARAMS)
    opened = Shards.open
    keys = [opened(mixed_folder, "train").record(number)["key"] for number in range(44)]
    Path("models/clips").mkdir()
    np.savez(
        "models/clips/mine.npz",
        sounds=np.array(keys),
        layer=np.random.default_rng(0).standard_normal((44, 5)),
    )
    np.savez("models/other.npz", sounds=np.array(["a"]), layer=np.ones((1, 2)))  # of other sounds: for encode
    monkeypatch.setattr(
        Shards, "open", lambda folder, split: opened(folder, "train")
    )  # whose speakers are enough
    table, metrics = run(monkeypatch, mixed_folder)
    assert set(table["model"]) == {"network", "untrained", "permuted", "mine"}
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
    np.savez("models/mine.npz", sounds=np.array(names[::-1]), layer=rng.standard_normal((12, 5)))
    table, metrics = run(monkeypatch, shard_folder)
    assert set(table["readout"]) == {"frequency", "modulation", "pitch"}
    assert set(table["sources"]) == {"sound"}
    assert metrics["best"]["pitch"]["value"] == 1
    assert table.loc[table["model"] == "mine", "units"].tolist() == [5] * 3
