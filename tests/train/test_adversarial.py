"""Training against an adversary: what it changes, and that such a training resumes and divides as others."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from heschl.network.attack import sizes
from heschl.network.hearing import Hearing, HearingParams
from heschl.train import adversarial
from heschl.train.adversarial import Adversarial, changed_logits
from tests.helpers.trainings import EAR, changed, network_of, run

WAVEFORM = Adversarial("waveform", "l2", 1.0, 3, 0.5)
COCHLEAGRAM = Adversarial("cochleagram", "linf", 0.1, 3, 0.5)
both = pytest.mark.parametrize("params", [WAVEFORM, COCHLEAGRAM], ids=["waveform", "cochleagram"])
LABELS = {"word": ["a", "b", "c"], "genre": ["x", "y"]}


@pytest.fixture
def hearing(sound):
    torch.manual_seed(1)
    return Hearing(HearingParams(sound, EAR, network_of("conv1", "norm1", "pool1", "drop1")), LABELS)


@pytest.fixture
def clips(sound):
    generator = torch.Generator().manual_seed(2)
    return (3000 * torch.randn(4, sound.samples, generator=generator)).to(torch.int16)


def loss(logits):
    targets = {"word": torch.tensor([0, 1, 2, 0]), "genre": torch.tensor([1, 1, 0, 0])}
    return sum(
        functional.cross_entropy(logits[t], targets[t][: len(logits[t])], reduction="none") for t in logits
    )


@both
def test_clips_are_changed_within_the_ball_so_that_their_loss_rises(hearing, clips, params, monkeypatch):
    found, attack = [], adversarial.attack
    monkeypatch.setattr(
        adversarial, "attack", lambda *given: found.append((given[1], attack(*given))) or found[-1][1]
    )
    hearing.eval()
    logits = changed_logits(hearing, clips, loss, params, torch.arange(4), 1, 0)
    ((before, after),) = found
    wanted = hearing.scaled(hearing.as_float(clips))
    torch.testing.assert_close(before, wanted if params.input == "waveform" else hearing.cochleagram(wanted))
    assert (sizes(after - before, params.norm) <= params.epsilon * 1.001).all()
    assert (loss(logits) > loss(hearing(clips))).all()
    assert logits["word"].requires_grad


def test_the_attack_moves_no_batch_normalization_and_draws_no_dropout(hearing, clips):
    hearing.train()
    torch.manual_seed(5)
    changed_logits(hearing, clips, loss, WAVEFORM, torch.arange(4), 1, 0)
    state = torch.get_rng_state()
    assert int(hearing.layers["norm1"].num_batches_tracked) == 1
    assert hearing.training
    torch.manual_seed(5)
    hearing(clips)
    assert torch.equal(torch.get_rng_state(), state)


def test_parts_that_are_not_trained_stay_in_eval_mode(hearing, clips):
    hearing.train()
    fixed = hearing.layers["norm1"].eval()
    changed_logits(hearing, clips, loss, WAVEFORM, torch.arange(4), 1, 0)
    assert not fixed.training
    assert int(fixed.num_batches_tracked) == 0
    assert hearing.layers["conv1"].training


def test_clips_with_peaks_are_changed_by_no_more_than_the_ball(hearing, sound, monkeypatch):
    found, attack = [], adversarial.attack
    monkeypatch.setattr(
        adversarial, "attack", lambda *given: found.append((given[1], attack(*given))) or found[-1][1]
    )
    click = torch.zeros(2, sound.samples)
    click[:, 100:103] = torch.tensor([0.5, -0.9, 0.5])  # at an rms of 0.1 its peak would be beyond full scale
    hearing.eval()
    changed_logits(hearing, click, loss, replace(WAVEFORM, epsilon=0.01), torch.arange(2), 1, 0)
    ((before, after),) = found
    assert before.abs().max() <= 0.9991
    assert (sizes(after - before, "l2") <= 0.01 * 1.001).all()


@both
def test_the_change_of_a_clip_depends_on_its_number_and_the_epoch_alone(hearing, clips, params):
    hearing.eval().double()

    def logits(part, epoch, seed=1):
        numbers = torch.arange(10, 14)[part]
        return changed_logits(
            hearing, clips[part], lambda each: loss_of(each, part), params, numbers, seed, epoch
        )

    def loss_of(each, part):
        full = {task: torch.zeros(4, value.shape[1], dtype=value.dtype) for task, value in each.items()}
        for task, value in each.items():
            full[task] = full[task].index_put((torch.arange(4)[part],), value)
        return loss(full)[part]

    whole, rest = logits(slice(None), 0), logits(slice(2, 4), 0)
    torch.testing.assert_close(rest["word"], whole["word"][2:])
    assert not torch.allclose(logits(slice(None), 1)["word"], whole["word"], rtol=1e-9, atol=1e-12)
    assert not torch.allclose(logits(slice(None), 0, 2)["word"], whole["word"], rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("store")
def test_a_training_resumes_to_the_same_weights(shard_folder, sections):
    sections = changed(sections, epochs=2, adversarial=WAVEFORM)
    assert run(sections, shard_folder, "whole")[0] == 0
    for driver in ("kill:step:3", "TERM:step:7"):
        assert run(sections, shard_folder, "network", driver)[0] != 0
    assert run(sections, shard_folder, "network")[0] == 0
    for name in ("weights.pt", "history.csv"):
        assert Path("whole", name).read_bytes() == Path("network", name).read_bytes()
    assert run(changed(sections, adversarial=None), shard_folder, "plain")[0] == 0
    assert Path("plain/weights.pt").read_bytes() != Path("whole/weights.pt").read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("store")
def test_the_gradient_of_a_step_is_that_of_one_process(shard_folder, sections):
    common = {"precision": "64-true", "gradient_clip": 0.0, "batch_size": 4, "epochs": 1, "fast_dev_run": 2}
    sections = changed(sections, adversarial=replace(WAVEFORM, steps=2), **common)
    sections |= {"network": network_of("conv1", "pool1")}
    assert run(sections, shard_folder, "one", "gradient:one.pt")[0] == 0
    two = changed(sections, devices=2, strategy="ddp")
    code, output = run(two, shard_folder, "two", "gradient:two.pt")
    assert code == 0, output
    for a, b in zip(torch.load("one.pt"), torch.load("two.pt"), strict=True):
        torch.testing.assert_close(b, a, rtol=1e-6, atol=1e-12)
