import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from mlflow.tracking import MlflowClient
from torch.nn import functional

from heschl import tracking
from heschl.evaluate import predict
from heschl.network import saved as trained
from heschl.network.custom import NetworkSection
from heschl.network.hearing import Hearing, HearingParams
from heschl.network.saved import NetworkError
from heschl.params import ParamsError, parse, plain
from heschl.shards.batches import Clips, Part, train_batches
from heschl.shards.index import digest_of
from heschl.shards.read import Shards
from heschl.shards.remix import Remix
from heschl.tracking import find
from heschl.train import fit as fitting
from heschl.train.history import History
from heschl.train.learner import Learner, TrainingError
from heschl.train.params import TrainParams
from heschl.work import WorkError, held
from tests.helpers.trainings import changed, fit, network_of, rows_of

pytestmark = pytest.mark.usefixtures("store")


def hearing_of(sections, labels):
    return Hearing(HearingParams(*(sections[name] for name in ("sound", "cochleagram", "network"))), labels)


@pytest.mark.slow
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
    assert {
        "train_loss",
        "validation_loss",
        "validation_genre_accuracy",
        "learning_rate",
        "clips_per_second",
    } <= set(run.data.metrics)
    assert len(store().get_metric_history(run.info.run_id, "validation_loss")) == 2
    assert run.inputs.dataset_inputs[0].dataset.name == "shards"
    assert json.loads(run.inputs.dataset_inputs[0].dataset.profile)["train"] == 44
    assert run.data.tags["config_sha256"]
    with find.network_of() as (newest, folder):
        assert newest.id == Path("again/run_id").read_text()
    with find.network_of(run.info.run_id) as (_, folder):  # the run is usable without models/network
        names = sorted(path.name for path in folder.iterdir())
        assert (
            names
            == sorted(path.name for path in Path("network").iterdir())
            == ["config.json", "history.csv", "run_id", "weights.pt"]
        )
        assert all((folder / name).read_bytes() == Path("network", name).read_bytes() for name in names)
        assert trained.load_network(folder)


@pytest.mark.slow
def test_a_store_that_does_not_take_the_network_costs_the_training_nothing(
    shard_folder, sections, store, monkeypatch, capsys
):
    def full(*given):
        raise OSError("No space left on device")

    monkeypatch.setattr(MlflowClient, "log_artifact", full)
    fit(shard_folder, changed(sections, epochs=1))
    run_id = Path("network/run_id").read_text()
    assert store().get_run(run_id).info.status == "FINISHED"
    said = capsys.readouterr().err
    assert said.count("heschl runs send") == 1
    assert re.search(r"\S+ cannot be used \(OSError: No space left on device\)", said)
    with pytest.raises(find.RunError, match=rf"run {run_id} .* has no network"), find.network_of(run_id):
        pass


def test_the_loaded_network_is_the_one_that_was_best(shard_folder, sections):
    fit(shard_folder, sections)
    hearing = trained.load_network("network")
    assert not hearing.training
    assert hearing.labels == {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass", "flute"]}
    opened = Shards.open(shard_folder, "validation")
    waveforms = torch.from_numpy(opened.waveforms(range(len(opened))))
    with torch.inference_mode():
        loss = sum(
            weight
            * torch.nn.functional.cross_entropy(
                hearing(waveforms)[task], torch.from_numpy(opened.targets[task])
            )
            for task, weight in sections["train"].loss_weights.items()
        )
    rows = rows_of("network")
    assert loss.item() == pytest.approx(min(float(row["validation_loss"]) for row in rows), rel=1e-4)
    torch.testing.assert_close(hearing(waveforms.float() / 32768)["word"], hearing(waveforms)["word"])


@pytest.mark.slow
def test_an_interrupted_training_resumes_in_its_run(shard_folder, sections, store, monkeypatch):
    whole = fit(shard_folder, sections, "whole")
    ends = fitting.History.on_train_epoch_end

    def stop(self, trainer, module):
        ends(self, trainer, module)
        if trainer.current_epoch == 1:
            raise RuntimeError("the power failed")

    monkeypatch.setattr(fitting.History, "on_train_epoch_end", stop)
    with pytest.raises(RuntimeError, match="the power failed"):
        fit(shard_folder, sections)
    run_id = Path("work/network/run_id").read_text()
    assert store().get_run(run_id).info.status == "FAILED"
    assert not Path("network").exists()
    assert store().list_artifacts(run_id, "network") == []
    monkeypatch.setattr(fitting.History, "on_train_epoch_end", ends)
    assert fit(shard_folder, sections) == whole
    assert Path("network/run_id").read_text() == run_id
    assert store().get_run(run_id).info.status == "FINISHED"
    assert Path("network/weights.pt").read_bytes() == Path("whole/weights.pt").read_bytes()
    assert Path("network/history.csv").read_text() == Path("whole/history.csv").read_text()
    with find.network_of(run_id) as (_, folder):
        assert (folder / "weights.pt").read_bytes() == Path("whole/weights.pt").read_bytes()


@pytest.mark.slow
def test_a_run_that_is_deleted_while_it_trains_costs_the_training_nothing(
    shard_folder, sections, store, monkeypatch
):
    ends = fitting.History.on_train_epoch_end

    def delete(self, trainer, module):
        ends(self, trainer, module)
        store().delete_run(Path("work/network/run_id").read_text())

    monkeypatch.setattr(fitting.History, "on_train_epoch_end", delete)
    fit(shard_folder, changed(sections, epochs=1))
    assert trained.load_network("network")


@pytest.mark.slow
def test_a_killed_training_that_is_not_resumed_is_closed(shard_folder, sections, store):
    run_id = tracking.open_run({}, shard_folder, Shards.open(shard_folder, "train").index, None, "dead")
    Path("work/other").mkdir(parents=True)
    Path("work/other/run_id").write_text(run_id)
    fit(shard_folder, sections)
    assert store().get_run(run_id).info.status == "KILLED"
    assert Path("work/other").exists()  # its checkpoints are not ours to remove


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
    (other / "index.json").write_text(json.dumps(index | {"digest": digest_of(index)}))
    with pytest.raises(
        NetworkError,
        match=r"index\.json: word has 3 labels, the network of network has 3; "
        r"they differ in high, loud.*dvc repro train",
    ):
        trained.check_labels(hearing, Shards.open(other, "test", verify=False), "network")
    index["labels"]["word"] = ["__genre__", "low", "high"]
    (other / "index.json").write_text(json.dumps(index | {"digest": digest_of(index)}))
    with pytest.raises(NetworkError, match="they differ in their order"):
        trained.check_labels(hearing, Shards.open(other, "test", verify=False), "network")


@pytest.mark.slow
def test_a_folder_without_a_network(shard_folder, sections, tmp_path):
    with pytest.raises(
        NetworkError, match=r"network/config\.json is missing\. Train a network with: dvc repro train"
    ):
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
        NetworkError,
        match=r"(?s)network/config\.json is not of this version: "
        r".*cochleagram\.program is missing.*dvc repro",
    ):
        trained.load_network("network")


def test_every_task_needs_a_weight(shard_folder, sections):
    wrong = changed(sections, loss_weights={"word": 1.0})
    with pytest.raises(
        ValueError, match=r"train\.loss_weights has \['word'\]; the shards' tasks are \['genre', 'word'\]"
    ):
        fit(shard_folder, wrong)


@pytest.mark.parametrize("other_clips", ["null_class", "masked"])
def test_the_loss_of_a_step_is_the_mean_of_the_clips_that_count(shard_folder, sections, other_clips):
    """In parts of one clip, against PyTorch's mean cross-entropy over clips that are chosen by hand."""
    sections = changed(sections, other_clips=other_clips)
    opened = Shards.open(shard_folder, "train")
    hearing = hearing_of(sections, opened.labels).eval()
    module = Learner(hearing, sections["train"], steps=5)
    clips, numbers = Clips(opened, other_clips == "masked"), next(train_batches(len(opened), 8, 1, 0))
    parts = [clips[Part(numbers, np.ones(8, bool), slice(i, None, 8))] for i in range(8)]
    with torch.no_grad():
        found = sum(module._measure(part, "train") for part in parts)
        mixed = Remix(opened, seed=0).waveforms(numbers, epoch=0)
        expected, logits = 0.0, hearing(torch.from_numpy(mixed))
    for task, weight in {"word": 1.0, "genre": 0.5}.items():
        target = torch.from_numpy(opened.targets[task][numbers])
        keep = target != 0 if other_clips == "masked" else target >= 0  # class 0 is the null class
        assert 0 < (target != 0).sum() < 8
        loss = functional.cross_entropy(logits[task][keep], target[keep])
        expected += weight * loss
        assert module.means("train")[f"train_{task}_loss"] == pytest.approx(loss.item(), rel=1e-5)
        right = (logits[task].argmax(1) == target)[target != 0].float().mean()
        assert module.means("train")[f"train_{task}_accuracy"] == pytest.approx(right.item())
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_curves_have_points_every_few_steps(shard_folder, sections, store):
    fit(shard_folder, sections)
    run_id = Path("network/run_id").read_text()
    names = {
        "train_step_loss",
        "train_step_word_loss",
        "train_step_genre_loss",
        "train_step_word_accuracy",
        "train_step_genre_accuracy",
    }
    for name in names | {"learning_rate", "gradient_norm", "clips_per_second"}:
        points = store().get_metric_history(run_id, name)
        assert sorted(point.step for point in points) == [2, 4, 6, 8, 10], name
        assert all(np.isfinite(point.value) for point in points)
    for name in (
        "train_word_loss",
        "validation_genre_loss",
        "validation_word_accuracy",
        "epoch_clips_per_second",
    ):
        assert [point.step for point in store().get_metric_history(run_id, name)] == [5, 10], name
    rates = {point.step: point.value for point in store().get_metric_history(run_id, "learning_rate")}
    assert rates[10] < rates[4] < 0.01
    assert any(name.startswith("system/") for name in store().get_run(run_id).data.metrics)


@pytest.mark.slow
def test_training_stops_early_and_stays_stopped(shard_folder, sections, monkeypatch):
    """At a rate near 0 the validation loss never falls: the first epoch is best, and two more are tried."""
    sections = changed(sections, epochs=9, patience=2, learning_rate=1e-30, weight_decay=0.0) | {
        "network": network_of("conv1", "pool1")
    }
    best = fit(shard_folder, sections)
    assert best["epoch"] == 1
    assert [row["epoch"] for row in rows_of("network")] == ["1", "2", "3"]
    shutil.rmtree("network")
    assert (
        fit(shard_folder, sections) == best
    )  # from its last checkpoint, as if killed before the network was written
    assert [row["epoch"] for row in rows_of("network")] == ["1", "2", "3"]


@pytest.mark.slow
def test_the_best_epoch_is_kept_not_the_last(shard_folder, sections, monkeypatch):
    means = Learner.means

    def risen(self, split, since=None):
        """The third of six epochs is made to look best."""
        found = means(self, split, since)
        return found | (
            {"validation_loss": [6, 5, 1, 3, 2, 4][self.trainer.current_epoch]}
            if split == "validation"
            else {}
        )

    monkeypatch.setattr(Learner, "means", risen)
    best = fit(shard_folder, changed(sections, epochs=6))
    assert (best["epoch"], best["step"]) == (3, 15)
    kept = sorted(path.name for path in Path("work/network").glob("*.ckpt"))
    assert kept == ["000000015-epoch003.ckpt", "000000029.ckpt", "000000030-epoch006.ckpt"]
    third = torch.load(Path("work/network") / kept[0], weights_only=True)["state_dict"]
    for name, values in torch.load("network/weights.pt", weights_only=True).items():
        torch.testing.assert_close(values, third[f"hearing.network.{name}"], rtol=0, atol=0)


def test_a_loss_that_is_not_finite_stops_with_its_clips(shard_folder, sections, store, monkeypatch):
    measure = Learner._measure

    def broken(self, batch, split):
        return measure(self, batch, split) * (
            float("nan") if self.trainer.global_step == 6 and split == "train" else 1.0
        )

    monkeypatch.setattr(Learner, "_measure", broken)
    opened = Shards.open(shard_folder, "train")
    keys = opened.keys(list(train_batches(len(opened), 8, 1, 1))[1])
    with pytest.raises(
        TrainingError,
        match=rf"not finite at step 6 \(batch 2 of epoch 2\). Its clips: {', '.join(keys)}\. Listen",
    ):
        fit(shard_folder, sections)
    assert store().get_run(Path("work/network/run_id").read_text()).info.status == "FAILED"
    newest = max(Path("work/network").glob("*.ckpt"))
    assert newest.name <= "000000006.ckpt"  # nothing was kept after it
    assert not Path("network").exists()


@pytest.mark.slow
def test_a_found_rate_trains_as_if_it_had_been_given(shard_folder, sections, store):
    sections = changed(sections, learning_rate="find")
    fit(shard_folder, sections)
    found = float(Path("work/network/learning_rate").read_text())
    assert 1e-8 < found < 1
    assert store().get_run(Path("network/run_id").read_text()).data.metrics["found_learning_rate"] == found
    fit(shard_folder, changed(sections, learning_rate=found), "given")
    assert Path("network/weights.pt").read_bytes() == Path("given/weights.pt").read_bytes()


@pytest.mark.slow
def test_overfitting_a_few_batches(shard_folder, sections):
    sections = changed(sections, epochs=60, overfit_batches=1, schedule="constant") | {
        "network": network_of("conv1", "norm1", "pool1")
    }
    fit(shard_folder, sections)
    rows = rows_of("network")
    assert [int(row["step"]) for row in rows] == list(range(1, 61))
    assert float(rows[-1]["train_loss"]) < 0.3 * float(rows[0]["train_loss"])
    assert float(rows[-1]["train_word_accuracy"]) == 1


def test_a_fast_dev_run_keeps_no_checkpoint(shard_folder, sections):
    best = fit(shard_folder, changed(sections, fast_dev_run=2))
    assert (best["epoch"], best["step"]) == (1, 2)
    assert not list(Path("work/network").glob("*.ckpt"))
    assert trained.load_network("network")
    assert not tracking.has_artifacts(
        Path("network/run_id").read_text(), "network", ["weights.pt"]
    )  # not one to be taken for a trained one


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_optimizers(shard_folder, sections, name):
    assert fit(shard_folder, changed(sections, name=name, epochs=1, accumulate=2))["train_loss"] > 0


def test_a_custom_network_trains_and_answers(shard_folder, sections):
    own = parse(
        "network", {"module": "networks.recurrent:Recurrent", "options": {"units": 8}}, NetworkSection
    )
    fit(shard_folder, changed(sections, epochs=3) | {"network": own})
    losses = [float(row["train_loss"]) for row in rows_of("network")]
    assert losses[-1] < losses[0]
    opened = Shards.open(shard_folder, "test")
    clips = predict.answer(
        trained.load_network("network", trust_code=True),
        opened,
        predict.EvaluateParams(batch_size=16, null_answers=False),
    ).clips
    assert len(clips) == len(opened)
    assert set(clips["answer"]) <= {"high", "low", "bass", "flute"}


@pytest.mark.slow
def test_a_checkpoint_that_cannot_be_read_gives_way_to_an_older_one(shard_folder, sections, capsys):
    whole = fit(shard_folder, sections, "whole")
    fit(shard_folder, changed(sections, epochs=2))
    newest = max(Path("work/network").glob("*.ckpt"))
    newest.write_bytes(newest.read_bytes()[:1000])
    shutil.rmtree("network")
    assert fit(shard_folder, sections) == whole
    assert f"{newest} cannot be read" in capsys.readouterr().out
    assert Path("network/weights.pt").read_bytes() == Path("whole/weights.pt").read_bytes()


def test_mixed_precision_leaves_the_ear_alone(shard_folder, sections, monkeypatch):
    seen, forward = set(), Hearing.cochleagram

    def heard(self, waveform):
        found = forward(self, waveform)
        seen.add((torch.is_autocast_enabled("cpu"), found.dtype))
        return found

    monkeypatch.setattr(Hearing, "cochleagram", heard)
    best = fit(shard_folder, changed(sections, precision="bf16-mixed", epochs=1))
    assert seen == {(True, torch.float32)}
    assert np.isfinite(best["validation_loss"])
    assert {values.dtype for values in torch.load("network/weights.pt", weights_only=True).values()} == {
        torch.float32,
        torch.int64,
    }


@pytest.mark.parametrize(("there", "chosen"), [(True, "bf16-mixed"), (False, "32-true")])
def test_automatic_precision_is_what_the_device_has(shard_folder, sections, monkeypatch, there, chosen):
    monkeypatch.setattr("heschl.train.trainer.has_bf16", lambda device: there)
    fit(shard_folder, changed(sections, precision="auto", epochs=1))
    assert json.loads(Path("network/config.json").read_text())["train"]["precision"] == chosen
    run_id = Path("network/run_id").read_text()
    assert tracking.client().get_run(run_id).data.params["train.precision"] == chosen


@pytest.mark.slow
def test_a_training_that_resumes_on_another_device_keeps_its_precision(shard_folder, sections, monkeypatch):
    automatic = changed(sections, precision="auto")
    monkeypatch.setattr("heschl.train.trainer.has_bf16", lambda device: True)
    whole = fit(shard_folder, automatic, "whole")
    ends = fitting.History.on_train_epoch_end

    def stop(self, trainer, module):
        ends(self, trainer, module)
        raise RuntimeError("the power failed")

    monkeypatch.setattr(fitting.History, "on_train_epoch_end", stop)
    with pytest.raises(RuntimeError, match="the power failed"):
        fit(shard_folder, automatic, "resumed")
    monkeypatch.setattr(fitting.History, "on_train_epoch_end", ends)
    monkeypatch.setattr("heschl.train.trainer.has_bf16", lambda device: False)
    assert fit(shard_folder, automatic, "resumed") == whole
    assert json.loads(Path("resumed/config.json").read_text())["train"]["precision"] == "bf16-mixed"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patience": -1}, r"train\.patience is -1"),
        ({"precision": "8"}, r"train\.precision is '8'"),
        ({"optimizer": {"learning_rate": "search"}}, r"train\.optimizer\.learning_rate"),
        ({"other_clips": "ignored"}, r"train\.other_clips is 'ignored'"),
    ],
)
def test_values_that_train_does_not_know(sections, changes, message):
    values = plain(sections["train"])
    values |= {"optimizer": values["optimizer"] | changes.pop("optimizer", {})} | changes
    with pytest.raises(ParamsError, match=message):
        parse("train", values, TrainParams)


@pytest.mark.slow
def test_a_training_whose_network_was_not_written_writes_it(shard_folder, sections):
    best = fit(shard_folder, sections)
    weights = Path("network/weights.pt").read_bytes()
    shutil.rmtree("network")
    assert fit(shard_folder, sections) == best
    assert Path("network/weights.pt").read_bytes() == weights


def test_a_validation_that_is_not_finite_is_not_the_best(shard_folder, sections, monkeypatch):
    heard = Hearing.cochleagram

    def broken(self, waveform):
        found = heard(self, waveform)
        return found if self.training else found * float("inf")

    monkeypatch.setattr(Hearing, "cochleagram", broken)
    with pytest.raises(TrainingError, match="the validation loss is not finite after step 5"):
        fit(shard_folder, sections)
    assert not list(Path("work/network").glob("*-epoch*.ckpt"))


def test_weights_that_are_not_finite_are_not_kept(shard_folder, sections, monkeypatch):
    def broken(self, optimizer):
        if self.trainer.global_step == 4:  # the last of the epoch: no further training loss would show it
            next(self.hearing.network.parameters()).grad.fill_(float("inf"))

    monkeypatch.setattr(Learner, "on_before_optimizer_step", broken)
    with pytest.raises(
        TrainingError, match=r"after step 5 weights are not finite, though every loss was: trunk\.conv1"
    ):
        fit(shard_folder, changed(sections, gradient_clip=0.0, log_steps=1000))
    assert max(path.name for path in Path("work/network").glob("*.ckpt")) == "000000004.ckpt"


@pytest.mark.slow
def test_gradients_are_clipped(shard_folder, sections):
    """To a norm of next to nothing: plain gradient descent then leaves the weights as they were made."""
    sections = changed(sections, name="sgd", momentum=0.0, weight_decay=0.0, learning_rate=1.0, epochs=1)
    for clip in (1e-12, 0.0):
        fit(shard_folder, changed(sections, gradient_clip=clip), f"clip{clip}")
    moved = [
        torch.load(f"clip{clip}/weights.pt", weights_only=True)["trunk.conv1.1.weight"]
        for clip in (1e-12, 0.0)
    ]
    torch.manual_seed(sections["train"].seed)
    pl.seed_everything(sections["train"].seed, verbose=False)
    labels = Shards.open(shard_folder, "train").labels
    made = hearing_of(sections, labels).network.trunk.conv1[1].weight
    torch.testing.assert_close(moved[0], made.detach(), rtol=0, atol=1e-9)
    assert (moved[1] - made).abs().max() > 1e-3


@pytest.mark.slow
def test_a_run_says_running_while_it_trains_also_after_the_finder(shard_folder, sections, store, monkeypatch):
    seen, start = [], History.on_train_epoch_start

    def look(self, trainer, module):
        seen.append(store().get_run(Path("work/network/run_id").read_text()).info.status)
        start(self, trainer, module)

    monkeypatch.setattr(History, "on_train_epoch_start", look)
    fit(shard_folder, changed(sections, learning_rate="find"))
    assert seen[-2:] == ["RUNNING", "RUNNING"]


class Harm:
    def __reduce__(self):
        return os.mkdir, ("harm",)


@pytest.mark.slow
def test_a_checkpoint_runs_nothing(shard_folder, sections):
    whole = fit(shard_folder, sections, "whole")
    Path("work/network").mkdir(parents=True)
    torch.save({"state_dict": Harm()}, "work/network/000000009.ckpt")
    assert fit(shard_folder, sections) == whole
    assert not Path("harm").exists()


def test_a_folder_that_another_training_works_in(shard_folder, sections):
    Path("work/network").mkdir(parents=True)
    with (
        held(Path("work/network")),
        pytest.raises(WorkError, match="work/network is in use by another process"),
    ):
        fit(shard_folder, sections)


def test_overfit_batches_exceed_the_epoch(shard_folder, sections):
    with pytest.raises(ValueError, match=r"train\.overfit_batches is 6, and an epoch has 5 batches"):
        fit(shard_folder, changed(sections, overfit_batches=6))
