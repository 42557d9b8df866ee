"""The pipeline end to end, as `dvc repro` runs it on presets/ci.yaml in a clone."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(folder, *command, status=0):
    """Run a command in the clone with this environment's programs; return what it printed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "HESCHL_", "GIT_", "DVC_"))
    }
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment |= {"HESCHL_WORKERS": "1", "PYTHONPATH": str(folder / "pipeline")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=3600)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def repro(folder, *targets):
    """Run `dvc repro`; return the stages that ran, without the check of params, and the output."""
    output = run(folder, "dvc", "repro", *targets)
    ran = [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]
    return [name for name in ran if name != "check"], output


def digests(folder, *tops):
    files = sorted(path for top in tops for path in (folder / top).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone of the working tree with the small params, rebuilt once."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "dvc.lock").unlink(missing_ok=True)
    run(folder, "python", "-m", "heschl.commands.main", "preset", "ci")
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "clone")):
        run(folder, "git", *command)
    stages, output = repro(folder)
    assert sorted(stages[:2]) == ["corpus", "rooms"], output
    assert stages[2:5] == ["mixtures", "shards", "train"], output
    assert sorted(stages[5:-1]) == ["behavior", "decode", "encode", "evaluate", "localize", "replicate"]
    assert stages[-1] == "report"
    return folder


def test_what_comes_out(clone):
    metrics = json.loads((clone / "metrics" / "behavior.json").read_text())
    known = {
        "summary",
        "chance",
        "at_chance",
        "control",
        "word",
        "genre",
        "threshold",
        "listeners",
        "directions",
    }
    assert set(metrics) == known
    assert metrics["chance"] == {"word": 0.25, "genre": pytest.approx(1 / 3)}
    assert set(metrics["word"]) == {"clean", "scene", "babble2", "babble8", "music", "shaped", "modulated"}
    page = (clone / "report" / "index.html").read_text()
    assert (clone / "models" / "network" / "run_id").read_text() in page
    assert "synthetic" in page.lower()
    assert "simulated" in page.lower()
    layers = pd.read_csv(clone / "metrics/encode/layers.csv", keep_default_na=False)
    assert set(layers["model"]) == {"network", "untrained", "permuted", "modulation"}
    assert set(layers["region"]) == {"all", "early", "middle", "word", "genre", "noise"}
    readouts = pd.read_csv(clone / "metrics/decode/readouts.csv", keep_default_na=False)
    assert {"frequency", "modulation"} <= set(readouts["readout"])
    assert not list((clone / "work").rglob("*.ckpt"))


def test_every_interval_holds_its_point(clone):
    for name in ("psychometric", "thresholds", "listeners/conditions", "encode/ceilings"):
        table = pd.read_csv(clone / "metrics" / f"{name}.csv")
        measures = [column.removesuffix("_low") for column in table if column.endswith("_low")]
        assert measures
        for measure in measures:
            points = table[measure if measure in table else f"{measure}_db"]
            known = table[f"{measure}_low"].notna()
            assert (table[f"{measure}_low"] <= points)[known].all(), (name, measure)
            assert (points <= table[f"{measure}_high"])[known].all(), (name, measure)


def test_the_mlflow_run_has_it_all(clone):
    program = """
import json
from pathlib import Path
from heschl import tracking
tracker = tracking.client()
(run,) = tracker.search_runs([tracker.get_experiment_by_name("heschl").experiment_id])
assert run.info.run_id == Path("models/network/run_id").read_text()
tops = ("report", "figures", "answers", "behavior", "decode", "encode")
files = [f.path for top in tops for f in tracker.list_artifacts(run.info.run_id, top)]
kept = lambda name: not name.startswith("mlflow.") or name.endswith("commit")
tags = {name: value for name, value in run.data.tags.items() if kept(name)}
print(json.dumps([run.info.status, run.data.metrics, run.data.params, tags, files]))
"""
    status, metrics, params, tags, files = json.loads(run(clone, "python", "-c", program).splitlines()[-1])
    assert status == "FINISHED"
    assert (
        metrics["accuracy.word_clean"]
        == json.loads((clone / "metrics/behavior.json").read_text())["summary"]["word_clean"]
    )
    assert {"accuracy.word_silenced", "threshold.word", "threshold.genre"} <= set(metrics)
    assert (
        len([name for name in metrics if name.startswith(("accuracy.", "threshold.", "listeners."))]) < 40
    )  # what one compares runs by
    assert {"train_loss", "validation_loss", "learning_rate", "clips_per_second"} <= set(metrics)
    assert any(name.startswith("system/") for name in metrics)
    assert params["train.epochs"] == "2"
    assert params["corpus.source"] == "synthetic"
    lock = yaml.safe_load((clone / "dvc.lock").read_text())
    assert tags["dvc_shards_md5"] == next(
        out["md5"] for out in lock["stages"]["shards"]["outs"] if out["path"] == "data/shards"
    )
    assert tags["mlflow.source.git.commit"] == run(clone, "git", "rev-parse", "HEAD").strip()
    assert {"git_dirty", "config_sha256"} <= set(tags)
    assert {
        "report/index.html",
        "answers/clips.csv",
        "behavior/thresholds.csv",
        "decode/readouts.csv",
        "encode/layers.csv",
    } <= set(files)
    assert any(file.startswith("figures/") for file in files)


def test_a_second_repro_does_nothing(clone):
    stages, output = repro(clone)
    assert stages == []
    assert "Data and pipelines are up to date" in output


def test_a_changed_epoch_count_trains_again_and_going_back_is_a_cache_hit(clone):
    first_run, first = (
        (clone / "models/network/run_id").read_text(),
        digests(clone, "metrics", "models", "report"),
    )
    params = (clone / "params.yaml").read_text()
    (clone / "params.yaml").write_text(params.replace("epochs: 2", "epochs: 1"))
    stages, _ = repro(clone, "behavior")
    assert stages == ["train", "evaluate", "behavior"]
    assert (clone / "models/network/run_id").read_text() != first_run
    (clone / "params.yaml").write_text(params)
    stages, output = repro(clone)
    assert stages == []
    assert output.count("is cached - skipping run") == 3
    assert (clone / "models/network/run_id").read_text() == first_run
    assert digests(clone, "metrics", "models", "report") == first


def test_bad_input_is_named_with_its_remedy(clone):
    params = (clone / "params.yaml").read_text()
    shard = clone / "data/shards/test/00001.tar"
    content = shard.read_bytes()
    try:
        (clone / "params.yaml").write_text(params.replace("  epochs: 2", "  epoks: 2"))
        output = run(clone, "python", "-m", "stages.train", "data/shards", "out", status=1)
        assert "params.yaml: section 'train':" in output
        assert "train.epoks is unknown" in output
        assert "Traceback" not in output
        (clone / "params.yaml").write_text(params.replace("  epochs: 2", "  epochs: two"))
        assert "train.epochs is 'two'" in run(
            clone, "python", "-m", "stages.train", "data/shards", "out", status=1
        )
        (clone / "params.yaml").write_text(params)
        shard.unlink()
        shard.write_bytes(content[:3000] + bytes([content[3000] ^ 1]) + content[3001:])
        output = run(
            clone, "python", "-m", "stages.evaluate", "data/shards", "models/network", "out", status=1
        )
        assert "data/shards/test/00001.tar does not have the sha256" in output
        assert "dvc checkout -f data/shards" in output
        output = run(
            clone, "python", "-m", "stages.evaluate", "data/absent", "models/network", "out", status=1
        )
        assert "data/absent/index.json is missing" in output
        output = run(clone, "python", "-m", "stages.mixtures", "data/absent", "data/rooms", "out", status=1)
        assert "data/absent/words.parquet is missing. Make the corpus: dvc repro corpus" in output
        assert not (clone / "out").exists()
    finally:
        (clone / "params.yaml").write_text(params)
        shard.write_bytes(content)


def test_a_rebuild_from_scratch_gives_the_same_bytes(clone):
    first = digests(clone, "data", "metrics")
    network = digests(clone, "models")["models/network/weights.pt"]
    for name in ("data", "metrics", "models", "report", "work", ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(clone / name, ignore_errors=True)
    (clone / "dvc.lock").unlink()
    stages, _ = repro(clone)
    assert len(stages) == 12
    assert digests(clone, "data", "metrics") == first
    assert digests(clone, "models")["models/network/weights.pt"] == network


def test_one_command_trains_further_seeds(clone):
    first = digests(clone, "models/network", "metrics/decode")
    output = run(clone, "dvc", "exp", "run", "-S", "replicate.seeds=[2]")
    assert "replicate 2 trainings: word clean" in " ".join(output.split())
    assert digests(clone, "models/network", "metrics/decode") == first
    found = json.loads((clone / "metrics/replicate/replicate.json").read_text())
    assert found["seeds"] == [1, 2]
    assert len(set(found["numbers"]["encode.all"]["values"])) == 2  # another network, other responses
    assert (clone / "models/replicate/2/network/weights.pt").is_file()
    assert "2 trainings on the same data" in (clone / "report/index.html").read_text()
    assert repro(clone)[0] == []
