"""The stages of dvc.yaml run again for further seeds: once each, into folders of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from heschl.replicate.repeat import Pipeline, ReplicateError
from heschl.tables import read_json
from tests.helpers.paths import CODE

ROOT = Path(__file__).parents[2]
COMMAND = ["dvc.yaml", "models/network", "metrics", "models/replicate", "metrics/replicate"]
STAGES = ["train", "evaluate", "behavior", "decode", "encode", "localize"]


def replicate(status=0, **params):
    values = yaml.safe_load(Path("params.yaml").read_text()) | params
    Path("params.yaml").write_text(yaml.safe_dump(values))
    Path("calls").unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "stages.replicate", *COMMAND],
        env={"PYTHONPATH": CODE, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    calls = Path("calls").read_text().splitlines() if Path("calls").is_file() else []
    return calls, done.stdout + done.stderr


@pytest.mark.usefixtures("project")
def test_every_stage_runs_once_for_every_seed():
    calls, output = replicate()
    assert calls == [f"{name} {seed}" for seed in (2, 3) for name in STAGES]
    assert "3 trainings: word clean 62-66 %" in output
    for seed in (2, 3):
        assert Path(f"models/replicate/{seed}/network/weights.pt").read_text() == f"weights {seed}"
        assert Path(f"models/replicate/{seed}/metrics/behavior.json").is_file()
    found = read_json("metrics/replicate/replicate.json")
    assert found["seeds"] == [1, 2, 3]
    assert found["numbers"]["behavior.word_clean"]["values"] == pytest.approx([0.62, 0.64, 0.66])
    numbers = pd.read_csv("metrics/replicate/numbers.csv")
    assert numbers.groupby("seed").size().nunique() == 1
    assert Path("models/network/weights.pt").read_text() == "weights 1"
    assert len(list(Path("work/replicate").iterdir())) == 2  # a longer list of seeds finds them there


@pytest.mark.usefixtures("project")
def test_a_further_seed_repeats_no_other_and_one_less_is_removed():
    replicate()
    shutil.rmtree("models/replicate")  # as dvc does before it runs a stage
    calls, _ = replicate(replicate={"seeds": [3, 4]})
    assert calls == [f"{name} 4" for name in STAGES]
    assert sorted(folder.name for folder in Path("models/replicate").iterdir()) == ["3", "4", "seeds"]
    calls, _ = replicate(machine={"workers": 2}, report={"seed": 5})  # change no result
    assert calls == []
    calls, _ = replicate(decode={"splits": 4})  # trains none
    assert calls == [f"{name} {seed}" for seed in (3, 4) for name in STAGES[1:]]
    calls, _ = replicate(sound={"clip_s": 1.0})  # which would have changed the weights of models/network
    assert calls == []


@pytest.mark.usefixtures("project")
def test_other_measures_of_the_first_training_are_taken_of_every_seed_without_training():
    replicate()
    Path("metrics/behavior.json").write_text(json.dumps({**read_json("metrics/behavior.json"), "more": 1}))
    calls, _ = replicate()
    assert calls == [f"{name} {seed}" for seed in (2, 3) for name in STAGES[1:]]
    assert replicate()[0] == []


@pytest.mark.usefixtures("project")
def test_what_other_params_measured_is_removed_before_anything_is_measured_again():
    replicate()
    Path("fail-behavior-2").touch()
    for folder in Path("work/replicate").iterdir():
        (folder / "metrics/only_with_other_params.csv").write_text("")
    replicate(status=1, decode={"splits": 4})
    Path("fail-behavior-2").unlink()
    calls, _ = replicate(decode={"splits": 5})
    assert calls == [f"{name} {seed}" for seed in (2, 3) for name in STAGES[1:]]
    assert not list(Path("models/replicate").rglob("only_with_other_params.csv"))


@pytest.mark.usefixtures("project")
def test_a_return_to_earlier_params_after_a_failure_measures_again():
    replicate(decode={"splits": 4})
    Path("fail-decode-2").touch()
    replicate(status=1, decode={"splits": 5})
    Path("fail-decode-2").unlink()
    calls, _ = replicate(decode={"splits": 4})
    assert calls == [f"{name} 2" for name in STAGES[1:]]


@pytest.mark.usefixtures("project")
def test_other_weights_of_the_first_training_repeat_every_seed():
    replicate()
    Path("models/network/weights.pt").write_text("other code, other weights")
    calls, _ = replicate()
    assert len(calls) == 2 * len(STAGES)


@pytest.mark.usefixtures("project")
def test_a_stage_that_fails_is_named_and_what_was_finished_is_not_repeated():
    Path("fail-behavior-3").touch()
    calls, output = replicate(status=1)
    assert calls[-1] == "behavior 3"
    assert "stage behavior of seed 3 ended with status 3" in output
    assert "Traceback" not in output
    assert not Path("models/replicate").exists()
    Path("fail-behavior-3").unlink()
    calls, _ = replicate()
    assert calls == ["behavior 3", "decode 3", "encode 3", "localize 3"]


@pytest.mark.usefixtures("project")
def test_without_seeds_there_is_one_training():
    calls, output = replicate(replicate={"seeds": []})
    assert calls == []
    assert "one training" in output
    assert read_json("metrics/replicate/replicate.json")["seeds"] == [1]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("seeds", "said"),
    [([1, 2], "contains 1, which is train.seed"), ([2, 2], "listed twice"), (["two"], "replicate.seeds.0")],
)
def test_seeds_that_cannot_be_meant_are_refused(seeds, said):
    calls, output = replicate(status=1, replicate={"seeds": seeds})
    assert said in output
    assert "Traceback" not in output
    assert calls == []


def test_a_missing_stage_is_named(tmp_path):
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"train": {"cmd": "python train.py"}}}))
    with pytest.raises(ReplicateError, match="lacks the stage evaluate"):
        Pipeline.read(tmp_path / "dvc.yaml", {}, Path("models/network"), Path("metrics"))


def test_the_real_dvc_yaml_has_the_stages_and_their_outputs_in_its_commands():
    found = Pipeline.read(ROOT / "dvc.yaml", {}, Path("models/network"), Path("metrics"))
    for name, command in found.commands.items():
        assert "models/network" in command.split()
        assert name == "train" or "metrics" in command.split()
