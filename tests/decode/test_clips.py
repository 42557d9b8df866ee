"""Clips of the test split as sounds, and models of them."""

from dataclasses import replace

import pytest

from heschl.activations.layers import LayersError
from heschl.decode import clips
from heschl.decode.params import DecodeParams
from heschl.shards.read import Shards

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


def test_each_task_has_its_share_of_audible_clips(shard_folder):
    shards = Shards.open(shard_folder, "train")
    params = replace(PARAMS, clips=20)
    found = clips.of_shards(shards, params)
    assert len(found) == len(set(found.names)) == 20
    assert [(found.labels[task] != "").sum() for task in ("word", "genre", "speaker")] == [10, 10, 10]
    records = {shards.record(number)["key"]: shards.record(number) for number in range(len(shards))}
    assert all(records[name]["snr_db"] is None or records[name]["snr_db"] >= 0 for name in found.names)
    assert [records[name]["source"] for name in found.names] == found.labels["source"].tolist()
    assert not any(label.startswith("__") for column in found.labels.values() for label in column)
    assert clips.of_shards(shards, params).names == found.names
    assert clips.of_shards(shards, replace(params, seed=2)).names != found.names


def test_shards_without_a_suitable_clip(shard_folder, monkeypatch):
    shards = Shards.open(shard_folder, "train")
    monkeypatch.setattr(Shards, "record", lambda self, number: {"task": "word", "snr_db": 3.0})
    message = r"decode\.lowest_snr_db is 99, but .* has no train clip with that SNR or above, nor a clean one"
    with pytest.raises(clips.ClipsError, match=message):
        clips.of_shards(shards, replace(PARAMS, lowest_snr_db=99.0))


def test_activation_files_of_clips_lie_in_a_folder_of_their_own(tmp_path):
    (tmp_path / "clips").mkdir()
    for name in ("clips/mine.npz", "other.npz"):  # the latter has activations of other sounds, for encode
        (tmp_path / name).touch()
    assert clips.find_models(tmp_path) == [tmp_path / "clips/mine.npz"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/config.json").write_text("{}")
    with pytest.raises(LayersError, match=r"clips/mine.npz: the name 'mine' is already taken"):
        clips.find_models(tmp_path)
