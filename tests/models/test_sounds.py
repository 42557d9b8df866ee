"""Sounds of a folder as the stages read them, test clips, and cuts of a corpus."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from heschl.activations import sounds as stages
from heschl.activations.sounds import Sounds
from heschl.audio import Sound, resample
from heschl.models import sounds
from heschl.models.model import ModelError
from heschl.params import plain
from heschl.shards.read import Shards
from tests.decode.test_clips import PARAMS
from tests.helpers.models import noise, write_sounds


def test_a_folder_is_read_as_the_stages_read_it(tmp_path):
    write_sounds(tmp_path / "wav", (2.0,) * 11, 44100)
    expected = stages.of_folder(tmp_path, Sound(sample_rate=16000, clip_s=2.0))
    found = sounds.of_folder(tmp_path)
    assert found.names == list(expected.names)
    assert found.names[-2:] == ["s9", "s10"]
    for place in (0, 10):
        np.testing.assert_array_equal(found.waveform(place, 16000) * 32768, expected.waveforms[place])


def test_the_files_may_lie_in_the_folder_itself(tmp_path):
    write_sounds(tmp_path, (0.5, 0.75))
    (tmp_path / "notes.txt").write_text("no sound")
    found = sounds.of_folder(tmp_path)
    assert found.names == ["s0", "s1"]
    assert len(found.waveform(1, 20000)) == 15000


def test_folders_that_cannot_be_used(tmp_path):
    with pytest.raises(ModelError, match=r"has no sound file \(\.wav, .*Name a folder that has: --sounds"):
        sounds.of_folder(tmp_path)
    write_sounds(tmp_path, (0.5,))
    soundfile.write(tmp_path / "s0.flac", noise(0.5), 16000)
    with pytest.raises(ModelError, match=r"more than one file of the sound 's0'"):
        sounds.of_folder(tmp_path)


def test_files_that_cannot_be_used(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(8000), 16000)
    soundfile.write(tmp_path / "b.wav", np.outer(noise(0.5), [1, -1]), 16000)
    (tmp_path / "c.wav").write_text("no sound")
    found = sounds.of_folder(tmp_path)
    for place, text in enumerate(["a.wav is silent", "b.wav cannot be used: antiphase", "c.wav"]):
        with pytest.raises(ModelError, match=text):
            found.waveform(place, 16000)


def test_both_ears_become_one_channel_at_the_rate_of_the_model():
    ears = np.random.default_rng(0).integers(-3000, 3000, (2, 2, 8000)).astype(np.int16)
    found = sounds.of_sounds(Sounds(("x", "y"), ears, {}), 8000, "here")
    waveform = found.waveform(1, 16000)
    mean = ears[1].mean(axis=0).astype(np.int16).astype(np.float32) / 32768
    np.testing.assert_allclose(waveform, resample(mean, 8000, 16000), atol=1 / 32768)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with params.yaml; returns a function that changes a section."""
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text())

    def save(**sections):
        changed = {name: params[name] | values for name, values in sections.items()}
        Path("params.yaml").write_text(yaml.safe_dump(params | changed))

    return save


def test_test_clips_are_those_of_decode(project, shard_folder):
    project(decode=plain(PARAMS))
    Path("data").mkdir()
    Path("data/shards").symlink_to(shard_folder)
    found = sounds.of_params(test_clips=True)
    shards = Shards.open(shard_folder, "test")
    numbers = {key: place for place, key in enumerate(shards.keys(np.arange(len(shards))))}
    assert found.names
    for place, name in enumerate(found.names):
        expected = shards.waveforms(np.array([numbers[name]]))[0]
        np.testing.assert_array_equal(found.waveform(place, 8000) * 32768, expected)


def test_cuts_of_the_corpus_are_those_of_encode(project, corpus, sound):
    folder, tables = corpus
    project(encode={"source": "simulated", "sounds": 3, "seed": 5}, sound=plain(sound))
    shutil.copytree(folder, "data/corpus")
    for name, table in tables.items():
        table.to_parquet(f"data/corpus/{name}.parquet")
    expected = stages.of_corpus("data/corpus", 3, 5, sound)
    found = sounds.of_params(test_clips=False)
    assert found.names == list(expected.names)
    np.testing.assert_array_equal(found.waveform(2, 8000) * 32768, expected.waveforms[2])


def test_the_folder_of_encode(project, tmp_path):
    write_sounds(tmp_path / "brain" / "wav", (0.5,))
    project(encode={"source": "components", "folder": "brain"}, activations={"batch_size": 3})
    assert sounds.of_params(test_clips=False).names == ["s0"]
    assert sounds.batch_size() == 3


def test_a_folder_without_params(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"There is no params\.yaml in this folder, .*--sounds FOLDER"):
        sounds.of_params(test_clips=False)
    assert sounds.batch_size() == 16
