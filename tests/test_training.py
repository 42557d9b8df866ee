import json
import shutil
from pathlib import Path

import pytest
import torch

from pipeline import hearing as trained
from pipeline import tracking, training
from pipeline.hearing import NetworkError
from pipeline.shards import Shards
from tests.trainings import changed, fit, rows_of

pytestmark = pytest.mark.usefixtures("store")


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


def test_a_killed_training_that_will_not_go_on_is_closed(shard_folder, sections, store):
    run_id = tracking.open_run({}, Shards.open(shard_folder, "train").index, None, "dead")
    Path("work/other").mkdir(parents=True)
    Path("work/other/run_id").write_text(run_id)
    fit(shard_folder, sections)
    assert store().get_run(run_id).info.status == "KILLED"
    assert not Path("work/other").exists()


def test_a_trainer_that_cannot_be_built_opens_no_run(shard_folder, sections, store):
    with pytest.raises(ValueError, match="nonsense"):
        fit(shard_folder, changed(sections, strategy="nonsense"))
    assert store().get_experiment_by_name("heschl") is None


def test_a_batch_larger_than_the_split(shard_folder, sections):
    with pytest.raises(ValueError, match=r"train\.batch_size is 512, and .* has 44 training clips"):
        fit(shard_folder, changed(sections, batch_size=512))


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
    wrong = changed(sections, loss_weights={"word": 1.0})
    with pytest.raises(ValueError, match=r"train\.loss_weights has \['word'\]; the shards' tasks are \['genre', 'word'\]"):
        fit(shard_folder, wrong)
