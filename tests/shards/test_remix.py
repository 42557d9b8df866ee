import pickle
from dataclasses import asdict

import numpy as np
import pytest

from heschl.audio import PEAK, db, rms
from heschl.mixtures.mix import mix_at_snr, parts
from heschl.mixtures.row import Mixture
from heschl.shards import remix
from heschl.shards.batches import Clips, Part
from heschl.shards.index import ShardError, digest_of
from heschl.shards.read import Shards
from heschl.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import draw_mixtures, saved

TASKS = ("word", "genre")
PARAMS = ShardParams(clips=10, remix=True, store=None)


@pytest.fixture(scope="module")
def table(corpus, sound, mixture_params):
    return draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound)


@pytest.fixture(scope="module")
def shards(tmp_path_factory, table, corpus, sound, mixture_params):
    folder = tmp_path_factory.mktemp("remixed")
    write_shards(
        saved(table), corpus[0], folder, TASKS, sound, PARAMS, {"mixtures": asdict(mixture_params), "seed": 1}
    )
    return Shards.open(folder, "train")


def mix(targets, backgrounds, gains, levels):
    mixed = np.empty_like(targets)
    for clip in zip(targets, backgrounds, gains, levels, mixed, strict=True):
        remix.mix(*clip, np.empty((2, targets.shape[1]), np.float32))
    return mixed


def test_target_and_background_are_stored_apart(shards, table, corpus, sound):
    train = table[table["split"] == "train"].to_dict("records")
    found = shards.waveforms(np.arange(len(shards)))
    assert found.shape == (len(train), 2, sound.samples)
    for clip, row in zip(found, train, strict=True):
        expected = parts(Mixture.of(row), corpus[0], sound)
        assert np.corrcoef(clip[0], expected.target)[0, 1] > 0.9999
        if row["background"] == "clean":
            assert not clip[1].any()
        else:
            assert np.corrcoef(clip[1], expected.background)[0, 1] > 0.9999
    mixed = Shards.open(shards.folder, "test")
    assert mixed.parts == 1  # the other splits hold mixtures
    with pytest.raises(ValueError, match="test have 1 parts"):
        mixed.read(0, np.empty((2, sound.samples), "<i2"))


def test_a_mixture_has_its_snr_and_level():
    rng = np.random.default_rng(1)
    targets, backgrounds = rng.standard_normal((2, 3, 4000)).astype(np.float32) * 500
    gains, levels = 10 ** (-np.array([-9.0, 0.0, 6.0]) / 20), np.array([0.01, 0.02, 0.9])
    mixed = mix(targets, backgrounds, gains, levels)
    for clip, target, background, snr_db in zip(mixed, targets, backgrounds, [-9, 0, 6], strict=True):
        expected = target + mix_at_snr(target.astype(float), background.astype(float), snr_db)
        np.testing.assert_allclose(clip / rms(clip), expected / rms(expected), atol=1e-4)
    assert [round(rms(clip), 5) for clip in mixed[:2]] == [0.01, 0.02]
    assert np.abs(mixed[2]).max() == pytest.approx(remix.PEAK)  # a level that would exceed full scale


def test_the_mixtures_of_an_epoch_are_those_drawn(shards):
    mixing, numbers = remix.Remix(shards, seed=3), np.arange(len(shards))
    drawn, parts = mixing.draws(4), shards.waveforms(numbers).astype(float)
    targets, backgrounds = parts[:, 0], parts[drawn.backgrounds, 1]
    assert len(shards.entries) > 1
    assert (drawn.backgrounds // shards.entries[0]["clips"] != numbers // shards.entries[0]["clips"]).any()
    found = mixing.waveforms(numbers, epoch=4)
    for clip, target, background, gain, level in zip(
        found, targets, backgrounds, drawn.gains, drawn.levels, strict=True
    ):
        expected = target + (gain * rms(target) / rms(background) * background if gain else 0)
        expected *= min(level / rms(expected), PEAK / np.abs(expected).max())
        np.testing.assert_allclose(clip, expected, atol=1e-5)


def test_silence_is_no_background():
    target = np.ones((1, 100), np.float32)
    mixed = mix(target, np.zeros_like(target), np.array([1.0]), np.array([0.1]))
    np.testing.assert_allclose(mixed, 0.1, rtol=1e-5)


def test_an_epoch_is_the_same_for_any_batches_and_the_next_is_another(shards):
    whole = remix.Remix(shards, seed=3).waveforms(np.arange(40), epoch=5)
    again = remix.Remix(shards, seed=3)
    again.waveforms(np.arange(8), epoch=4)
    np.testing.assert_array_equal(again.waveforms(np.array([31, 7]), epoch=5), whole[[31, 7]])
    for other in (
        again.waveforms(np.arange(40), epoch=6),
        remix.Remix(shards, 4).waveforms(np.arange(40), 5),
    ):
        assert (other != whole).any(axis=1).all()


def test_no_target_is_masked_by_its_own_source_and_every_background_is_used(shards, mixture_params):
    made, heard, clean = remix.Remix(shards, seed=1), set(), []
    for epoch in range(40):
        drawn = made.draws(epoch)
        for number, donor in enumerate(drawn.backgrounds.tolist()):
            one, other = shards.record(number), shards.record(donor)
            assert one["task"] == other["task"]
            assert donor == number or one["source"] not in other["background_sources"]
        heard |= set(drawn.backgrounds.tolist())
        clean.append((drawn.gains == 0).mean())
        snr_db = -20 * np.log10(drawn.gains[drawn.gains > 0])
        assert snr_db.min() >= mixture_params.train.snr_db.low
        assert snr_db.max() <= mixture_params.train.snr_db.high
        assert db(drawn.levels.min()) >= -30
        assert db(drawn.levels.max()) <= -20
    assert np.mean(clean) == pytest.approx(mixture_params.train.clean, abs=0.05)
    assert heard >= {n for n in range(len(shards)) if shards.record(n)["background"] != "clean"}


def test_training_reads_new_mixtures_in_every_epoch(shards):
    clips, numbers = Clips(shards, masked=False, seed=3), np.arange(6)
    first, second = (
        clips[Part(numbers, np.ones(6, bool), slice(0, None, 2), epoch)]["waveform"] for epoch in (0, 1)
    )
    expected = remix.Remix(shards, 3).waveforms(numbers[::2], 0)
    np.testing.assert_array_equal(first.numpy(), expected)
    assert (first != second).any()


def test_processes_that_read_ahead_can_be_given_it(shards):
    made = remix.Remix(shards, seed=3)
    expected = made.waveforms(np.arange(8), epoch=2)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(made)).waveforms(np.arange(8), 2), expected)


def test_without_any_background_clips_are_clean(tmp_path, table, corpus, sound, mixture_params):
    clean = table[(table["split"] == "train") & (table["background"] == "clean")]
    record = {"mixtures": asdict(mixture_params)}
    write_shards(saved(clean), corpus[0], tmp_path, TASKS, sound, PARAMS, record)
    made = remix.Remix(Shards.open(tmp_path, "train"), seed=1)
    assert not made.draws(0).gains.any()
    assert np.abs(made.waveforms(np.arange(len(clean)), 0)).max(axis=1).all()


def test_an_index_without_the_rule_is_refused(shards):
    index = shards.index | {"params": {}}
    with pytest.raises(ShardError, match=r"does not record mixtures\.train, 'snr_db' is missing"):
        remix.Remix(Shards(shards.folder, "train", index | {"digest": digest_of(index)}), seed=1)
