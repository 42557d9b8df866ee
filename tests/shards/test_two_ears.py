"""Shards of clips with two channels: ordinary stereo files, read by the same reader, mixed anew as others."""

import io
import tarfile

import numpy as np
import pytest
import soundfile
import torch

from heschl.audio import one_channel
from heschl.shards.batches import Clips, TrainSequence
from heschl.shards.read import Shards
from heschl.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import saved
from tests.mixtures.test_places import TASKS, params, rooms, table, two_ears

__all__ = ["params", "rooms", "table", "two_ears"]  # fixtures


@pytest.fixture(scope="module", params=[False, True], ids=["together", "apart"])
def shards(request, tmp_path_factory, corpus, table, two_ears, rooms):
    folder = tmp_path_factory.mktemp("shards")
    record = {
        "mixtures": {
            "train": {"snr_db": {"low": -3.0, "high": 9.0}, "clean": 0.2},
            "level_db": {"low": -30, "high": -20},
        }
    }  # fmt: skip
    shard_params = ShardParams(clips=20, remix=request.param, store=None)
    write_shards(saved(table), corpus[0], folder, TASKS, two_ears, shard_params, record, rooms)
    return folder


def test_clips_are_stereo_files_that_any_program_reads(shards, two_ears, table):
    test = Shards.open(shards, "test")
    found = test.waveforms(np.arange(len(test)))
    assert found.shape == (len(test), 2, two_ears.samples)
    with tarfile.open(shards / test.entries[0]["file"]) as tar:
        for number, key in enumerate(test.keys(np.arange(test.entries[0]["clips"]))):
            sound, rate = soundfile.read(io.BytesIO(tar.extractfile(f"{key}.wav").read()), dtype="int16")
            assert rate == two_ears.sample_rate
            np.testing.assert_array_equal(sound.T, found[number])
    assert test.index["sound"]["channels"] == 2
    assert {row.key: row["where"] for _, row in table[table.split == "test"].iterrows()} == {
        test.record(number)["key"]: test.record(number)["where"] for number in range(len(test))
    }


def test_training_clips_have_two_ears_and_the_level_of_a_mixture(shards, two_ears):
    train = Shards.open(shards, "train")
    clips = Clips(train, masked=False, seed=3)
    part = next(iter(_parts(train)))
    batch = clips[part]["waveform"]
    assert batch.shape == (8, 2, two_ears.samples)
    if train.parts == 2:
        assert train.waveforms(np.arange(2)).shape == (2, 2, 2, two_ears.samples)
        drawn = clips.remix.draws(0)
        level = batch.double().square().mean((1, 2)).sqrt().numpy()
        assert (level <= drawn.levels[part.numbers] * 1.001).all()
        target, background = (
            train.waveforms(part.numbers[:1])[0],
            train.waveforms(drawn.backgrounds[part.numbers[:1]])[0],
        )
        mixed = target[0] + drawn.gains[part.numbers[0]] * background[1] * (
            _rms(target[0]) / max(_rms(background[1]), 1 / 32768)
        )
        np.testing.assert_allclose(batch[0].numpy() / _rms(batch[0].numpy()), mixed / _rms(mixed), atol=1e-3)
    else:
        assert batch.dtype == torch.int16


@pytest.mark.parametrize("shards", [True], indirect=True)
def test_a_target_gets_backgrounds_of_its_room_from_other_places(shards):
    train = Shards.open(shards, "train")
    records = [train.record(number) for number in range(len(train))]
    remix, others = Clips(train, masked=False, seed=3).remix, 0
    for epoch in range(20):
        for number, donor in enumerate(remix.draws(epoch).backgrounds.tolist()):
            one, other = records[number], records[donor]
            assert (one["room"], one["task"]) == (other["room"], other["task"])
            assert one["place"] not in other["background_places"]
            others += donor != number
    assert others > 5 * len(train)


def test_one_channel_is_the_mean_of_two():
    both = np.array([[[2, 4], [4, 8]]], np.int16)
    assert one_channel(both).tolist() == [[3, 6]]
    assert one_channel(both[:, 0]).tolist() == [[2, 4]]


def _rms(values):
    return float(np.sqrt(np.square(values.astype(float)).mean()))


def _parts(shards):
    return TrainSequence(len(shards), 8, 1, 1, 0, 1, lambda: 0)
