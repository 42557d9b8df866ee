"""A toy of the pipeline: stages that write what the real ones do, from the seed alone."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from heschl.behavior.columns import DIRECTIONS
from heschl.decode.columns import READOUTS
from heschl.encode.columns import SUMMARY
from heschl.localize.columns import CLAIMS_COLUMNS, SCORES_COLUMNS, VALUES_COLUMNS
from heschl.localize.results import Localize
from heschl.replicate.repeat import STAGES
from heschl.replicate.results import Results

STAGE = """
import sys
from pathlib import Path
import yaml
from heschl.params import load_all
name, out = sys.argv[1], Path(sys.argv[2])
seed = load_all()["train"]["seed"]
with open("calls", "a") as file:
    file.write(f"{name} {seed}\\n")
if Path(f"fail-{name}-{seed}").exists():
    sys.exit(3)
out.mkdir(parents=True, exist_ok=True)
if name == "train":
    (out / "weights.pt").write_text(f"weights {seed}")
    (out / "config.json").write_text("{}")
else:
    sys.path.insert(0, "tools")
    import results
    results.write(name, out, seed)
"""


def behavior(clean):
    def entry(value):
        return {"top1": value, "top1_low": value - 0.1, "top1_high": value + 0.1}

    rates = {"clean": entry(clean), "scene": {"-9": entry(0.1), "3": entry(clean - 0.1)}}
    compared = {"r": 0.8, "r_low": 0.7, "r_high": 0.9, "rmse": 0.2, "backgrounds_rho": clean - 0.4}
    compared |= {"backgrounds_rho_low": clean - 0.65, "backgrounds_rho_high": clean}
    return {
        "summary": {"word_clean": clean, "word_at_3dB": clean - 0.1},
        "chance": {"word": 0.05},
        "at_chance": {"word": {"at_chance": clean < 0.2}},
        "word": rates,
        "listeners": {"published": {"word": compared}},
    }


def readouts(top):
    rows = []
    for model, value in (("network", top), ("untrained", 0.2)):
        for depth, layer in enumerate(("conv1", "word.fc5")):
            rows.append(
                dict.fromkeys(READOUTS, 0)
                | {"model": model, "layer": layer, "branch": layer.rpartition(".")[0], "depth": depth}
                | {"readout": "word", "measure": "accuracy", "value": value * (depth + 1) / 2}
                | {"low": value * (depth + 1) / 2 - 0.05, "high": value * (depth + 1) / 2 + 0.05}
                | {"chance": 0.05, "shuffled_high": 0.08, "sources": "speaker"}
            )
    return pd.DataFrame(rows, columns=list(READOUTS))


def regions(r2):
    rows = [
        {"model": model, "region": "early", "r2": value, "low": value - 0.02, "high": value + 0.02}
        | {"interval": "participants", "layer": "conv1", "responses": 9, "participants": 3}
        for model, value in (("network", r2), ("untrained", 0.5))
    ]
    return pd.DataFrame(rows, columns=list(SUMMARY))


def localized():
    """Return the results of a network that does not name directions."""
    empty = [pd.DataFrame(columns=list(each)) for each in (VALUES_COLUMNS, SCORES_COLUMNS, CLAIMS_COLUMNS)]
    return Localize({"r": None, "rmse": None}, *empty)


@pytest.fixture
def results():
    """From three numbers to the results of one training."""
    nowhere = pd.DataFrame(columns=list(DIRECTIONS))
    return lambda clean=0.7, top=0.5, r2=0.6: Results(
        behavior(clean), nowhere, readouts(top), regions(r2), localized()
    )


def save(found, metrics):
    for name in ("decode", "encode", "localize"):
        (metrics / name).mkdir(parents=True, exist_ok=True)
        (metrics / f"{name}.json").write_text("{}")
    found.directions.to_csv(metrics / "directions.csv", index=False)
    (metrics / "localize" / "localize.json").write_text(json.dumps(found.localized.about))
    for name in ("values", "scores", "claims"):
        getattr(found.localized, name).to_csv(metrics / "localize" / f"{name}.csv", index=False)
    (metrics / "behavior.json").write_text(json.dumps(found.behavior))
    found.readouts.to_csv(metrics / "decode" / "readouts.csv", index=False)
    found.regions.to_csv(metrics / "encode" / "summary.csv", index=False)


@pytest.fixture
def project(tmp_path, monkeypatch, results):
    """A project whose stages are toys and whose first training, with seed 1, is finished."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HESCHL_PARAMS", raising=False)
    Path("stage.py").write_text(STAGE)
    outs = {"train": "models/network"}
    commands = {name: {"cmd": f"python stage.py {name} {outs.get(name, 'metrics')}"} for name in STAGES}
    Path("dvc.yaml").write_text(yaml.safe_dump({"stages": commands}))
    Path("params.yaml").write_text(yaml.safe_dump({"train": {"seed": 1}, "replicate": {"seeds": [2, 3]}}))
    Path("tools").mkdir()
    for seed in (1, 2, 3, 4):
        save(results(clean=0.6 + 0.02 * seed), Path("tools") / str(seed))
    Path("tools/results.py").write_text(
        "import shutil\n"
        "def write(name, out, seed):\n"
        "    if name == 'localize':\n"
        "        shutil.copytree(f'tools/{seed}', out, dirs_exist_ok=True)\n"
    )
    save(results(clean=0.62), Path("metrics"))
    Path("models/network").mkdir(parents=True)
    Path("models/network/weights.pt").write_text("weights 1")
    Path("models/network/config.json").write_text("{}")
    return tmp_path
