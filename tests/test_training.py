import csv
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml

from pipeline import hearing as trained
from pipeline import mixtures, shards, tracking, training
from pipeline.cochleagram import CochleagramParams
from pipeline.hearing import NetworkError
from pipeline.network import NetworkParams
from pipeline.params import parse, plain
from pipeline.shards import ShardParams, Shards
from pipeline.training import TrainParams

ROOT = Path(__file__).parents[1]
LAYERS = [
    {"kind": "conv", "name": "conv1", "filters": 4, "kernel": [3, 3], "stride": [2, 2]},
    {"kind": "batch_norm", "name": "norm1"},
    {"kind": "mean_pool", "name": "pool1", "kernel": [4, 8], "stride": [4, 8]},
]
EAR = CochleagramParams(
    program="pycochleagram", low_hz=100, high_hz=4000, filters=10, sample_factor=1, padding=0, envelope_hz=50, compression=0.3,
    rms=0.1, image=None, oversampling=1.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def shard_folder(tmp_path_factory, corpus, sound, mixture_params):
    folder, tables = corpus
    table = mixtures.table(tables, folder, ("word", "genre"), mixture_params, sound)
    out = tmp_path_factory.mktemp("shards")
    shards.write(table, folder, out, ("word", "genre"), sound, ShardParams(clips=20), {})
    return out


@pytest.fixture
def sections(sound):
    train = TrainParams(
        seed=1, epochs=2, batch_size=8, optimizer="adamw", learning_rate=0.01, weight_decay=0.01, momentum=0.9, warmup=0.1,
        gradient_clip=1.0,
        loss_weights={"word": 1.0, "genre": 0.5}, accelerator="cpu", devices=1, num_nodes=1, strategy="auto", precision="32-true",
    )  # fmt: skip
    network = parse("network", {"branch_after": "norm1", "layers": LAYERS}, NetworkParams)
    return {"sound": sound, "cochleagram": EAR, "network": network, "train": train}


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    """An SQLite store without runs: making one takes MLflow seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("store"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        tracking.client().search_experiments()
        return Path(tracking.STORE).resolve()


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch, empty_store):
    """A tracking store of this test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(empty_store, tracking.STORE)
    return tracking.client


def fit(shard_folder, sections, name="network"):
    work = Path("work") / name
    work.mkdir(parents=True, exist_ok=True)
    record = {section: plain(value) for section, value in sections.items()}
    return training.fit(shard_folder, work, Path(name), sections, record)


def rows_of(name):
    with open(Path(name) / "history.csv") as file:
        return list(csv.DictReader(file))


def test_a_training_is_whole_and_repeats_to_the_bit(shard_folder, sections, store):
    last = fit(shard_folder, sections)
    fit(shard_folder, sections, "again")
    assert last["epoch"] == 2
    assert float(rows_of("network")[1]["train_loss"]) < float(rows_of("network")[0]["train_loss"])
    assert Path("network/weights.pt").read_bytes() == Path("again/weights.pt").read_bytes()
    rows = rows_of("network")
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert Path("network/history.csv").read_text() == Path("again/history.csv").read_text()

    run = store().get_run(Path("network/run_id").read_text())
    assert run.info.status == "FINISHED"
    assert run.data.params["train.epochs"] == "2"
    assert run.data.params["train.loss_weights.genre"] == "0.5"
    assert {"train_loss", "validation_loss", "validation_genre_accuracy", "learning_rate", "clips_per_second"} <= set(run.data.metrics)
    assert len(store().get_metric_history(run.info.run_id, "validation_loss")) == 2
    assert run.inputs.dataset_inputs[0].dataset.name == "shards"
    assert json.loads(run.inputs.dataset_inputs[0].dataset.profile)["train"] == 44
    assert run.data.tags["config_sha256"]


def test_the_loaded_network_is_the_one_that_was_best(shard_folder, sections):
    fit(shard_folder, sections)
    hearing = trained.load_network("network")
    assert not hearing.training
    assert hearing.labels == {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass", "flute"]}
    opened = Shards.open(shard_folder, "validation")
    waveforms = torch.from_numpy(opened.waveforms(range(len(opened))))
    with torch.inference_mode():
        loss = sum(
            weight * torch.nn.functional.cross_entropy(hearing(waveforms)[task], torch.from_numpy(opened.targets[task]))
            for task, weight in sections["train"].loss_weights.items()
        )
    rows = rows_of("network")
    assert loss.item() == pytest.approx(min(float(row["validation_loss"]) for row in rows), rel=1e-4)
    torch.testing.assert_close(hearing(waveforms.float() / 32768)["word"], hearing(waveforms)["word"])


def test_a_training_that_was_stopped_goes_on_in_its_run(shard_folder, sections, store, monkeypatch):
    whole = fit(shard_folder, sections, "whole")
    ends = training.History.on_train_epoch_end

    def stop(self, trainer, module):
        ends(self, trainer, module)
        if trainer.current_epoch == 1:
            raise RuntimeError("the power failed")

    monkeypatch.setattr(training.History, "on_train_epoch_end", stop)
    with pytest.raises(RuntimeError, match="the power failed"):
        fit(shard_folder, sections)
    run_id = Path("work/network/run_id").read_text()
    assert store().get_run(run_id).info.status == "FAILED"
    assert not Path("network").exists()
    monkeypatch.setattr(training.History, "on_train_epoch_end", ends)
    assert fit(shard_folder, sections) == whole
    assert Path("network/run_id").read_text() == run_id
    assert store().get_run(run_id).info.status == "FINISHED"
    assert Path("network/weights.pt").read_bytes() == Path("whole/weights.pt").read_bytes()
    assert Path("network/history.csv").read_text() == Path("whole/history.csv").read_text()


def stage(sections, shard_folder, out, **changes):
    """Return command and environment of the train stage with params of its own."""
    values = {name: plain(value) for name, value in sections.items()}
    values["train"] |= changes
    Path("params.yaml").write_text(yaml.safe_dump(values))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return {"args": [sys.executable, "-m", "stages.train", str(shard_folder), out], "env": environment, "text": True}


@pytest.mark.slow
def test_two_processes_train_as_one_does(shard_folder, sections):
    """The same batches and, without batch normalisation, the same gradients: every epoch's losses agree."""
    network = parse("network", {"branch_after": "conv1", "layers": [LAYERS[0], LAYERS[2]]}, NetworkParams)
    sections = sections | {"network": network}
    fit(shard_folder, sections, "one")
    command = stage(sections, shard_folder, "two", devices=2, strategy="ddp")
    done = subprocess.run(**command, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("was best, validation accuracy") == 1
    for one, two in zip(rows_of("one"), rows_of("two"), strict=True):
        assert one["step"] == two["step"]
        for name in ("train_loss", "validation_loss", "validation_word_accuracy"):
            assert float(two[name]) == pytest.approx(float(one[name]), rel=1e-4), name
    runs = tracking.client().search_runs([tracking.client().get_experiment_by_name("heschl").experiment_id])
    assert len(runs) == 2  # one for each training, none for the helper
    assert {run.info.status for run in runs} == {"FINISHED"}


@pytest.mark.slow
@pytest.mark.parametrize(("kill", "status"), [(signal.SIGTERM, "KILLED"), (signal.SIGKILL, "RUNNING")])
def test_a_killed_training_goes_on_in_its_run(shard_folder, sections, store, kill, status):
    command = stage(sections, shard_folder, "network", epochs=40)
    with subprocess.Popen(**command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        lines = iter(process.stdout.readline, "")
        assert any("epoch 3/40" in line for line in lines)
        process.send_signal(kill)
    assert process.returncode != 0
    assert not Path("network").exists()
    (kept,) = Path("work/train").glob("*/run_id")
    run_id = kept.read_text()
    assert store().get_run(run_id).info.status == status
    done = subprocess.run(**command, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "epoch 1/40" not in done.stdout
    assert Path("network/run_id").read_text() == run_id
    assert store().get_run(run_id).info.status == "FINISHED"
    assert [row["epoch"] for row in rows_of("network")] == [str(n + 1) for n in range(40)]
    assert not Path("work/train").exists()


def test_a_killed_training_that_will_not_go_on_is_closed(shard_folder, sections, store):
    run_id = tracking.open_run({}, Shards.open(shard_folder, "train").index, None)
    Path("work/other").mkdir(parents=True)
    Path("work/other/run_id").write_text(run_id)
    fit(shard_folder, sections)
    assert store().get_run(run_id).info.status == "KILLED"
    assert not Path("work/other").exists()


def test_a_trainer_that_cannot_be_built_opens_no_run(shard_folder, sections, store):
    with pytest.raises(ValueError, match="nonsense"):
        fit(shard_folder, sections | {"train": replace(sections["train"], strategy="nonsense")})
    assert store().get_experiment_by_name("heschl") is None


def test_a_batch_larger_than_the_split(shard_folder, sections):
    with pytest.raises(ValueError, match=r"train\.batch_size is 512, and .* has 44 training clips"):
        fit(shard_folder, sections | {"train": replace(sections["train"], batch_size=512)})


def test_the_store_lies_in_the_top_folder_of_an_experiment_too(tmp_path, monkeypatch):
    inside = tmp_path / ".dvc" / "tmp" / "exps" / "standalone" / "x"
    inside.mkdir(parents=True)
    assert tracking.top() == tmp_path
    monkeypatch.chdir(inside)
    assert tracking.top() == tmp_path


def test_labels_that_do_not_match_the_network(shard_folder, sections, tmp_path):
    fit(shard_folder, sections)
    hearing = trained.load_network("network")
    opened = Shards.open(shard_folder, "test")
    trained.check_labels(hearing, opened, "network")
    other = shutil.copytree(shard_folder, tmp_path / "other")
    index = json.loads((other / "index.json").read_text())
    index["labels"]["word"][1] = "loud"
    (other / "index.json").write_text(json.dumps(index))
    with pytest.raises(
        NetworkError, match=r"index\.json: word has 3 labels, the network of network has 3; they differ in high, loud.*dvc repro train"
    ):
        trained.check_labels(hearing, Shards.open(other, "test"), "network")
    index["labels"]["word"] = ["__genre__", "low", "high"]
    (other / "index.json").write_text(json.dumps(index))
    with pytest.raises(NetworkError, match="they differ in their order"):
        trained.check_labels(hearing, Shards.open(other, "test"), "network")


def test_a_folder_without_a_network(shard_folder, sections, tmp_path):
    with pytest.raises(NetworkError, match=r"network/config\.json is missing\. Train a network with: dvc repro train"):
        trained.load_network("network")
    fit(shard_folder, sections)
    config = json.loads(Path("network/config.json").read_text())
    config["labels"]["word"].append("more")
    Path("network/config.json").write_text(json.dumps(config))
    with pytest.raises(NetworkError, match=r"weights\.pt does not fit .*config\.json"):
        trained.load_network("network")
    del config["cochleagram"]["program"]
    Path("network/config.json").write_text(json.dumps(config))
    with pytest.raises(
        NetworkError, match=r"(?s)network/config\.json is not of this version: .*cochleagram\.program is missing.*dvc repro"
    ):
        trained.load_network("network")


def test_every_task_needs_a_weight(shard_folder, sections):
    wrong = sections | {"train": replace(sections["train"], loss_weights={"word": 1.0})}
    with pytest.raises(ValueError, match=r"train\.loss_weights has \['word'\]; the shards' tasks are \['genre', 'word'\]"):
        fit(shard_folder, wrong)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_optimisers(shard_folder, sections, optimizer):
    last = fit(shard_folder, sections | {"train": replace(sections["train"], optimizer=optimizer, epochs=1)})
    assert last["train_loss"] > 0


def test_the_rate_rises_then_falls():
    rates = [training.warmup_cosine(step, 100, 0.1) for step in range(100)]
    assert rates[:10] == [pytest.approx((n + 1) / 10) for n in range(10)]
    assert max(rates) == 1
    assert rates[55] == pytest.approx(0.5)
    assert all(b < a for a, b in itertools.pairwise(rates[10:]))
