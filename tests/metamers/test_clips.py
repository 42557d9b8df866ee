import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from heschl import tables
from heschl.commands import experiment as command
from heschl.experiment import build
from heschl.experiment.content import planned_of
from heschl.experiment.design import Choose, ExperimentError
from heschl.metamers.clips import MetamerClips
from heschl.metamers.columns import ABOUT, METAMERS, SOUND, SOUNDS
from heschl.metamers.sounds import MetamerError
from heschl.params import plain
from tests.experiment.test_build import data_of
from tests.helpers.listening import PARAMS, fake_modules
from tests.helpers.metamers import CLIP_S, LAYERS, RATE, write_metamers

__all__ = ["fake_modules"]
ROOT = Path(__file__).parents[2]
TRIALS = replace(PARAMS, trials={"word": 3, "genre": 3}, answers={"word": "typed", "genre": Choose(1)})


@pytest.fixture
def folder(tmp_path):
    return write_metamers(tmp_path / "standard")


def test_clips_are_the_natural_sounds_and_their_metamers(folder):
    clips = MetamerClips.open([folder])
    assert len(clips) == 2 * 6 * 3  # tasks, sounds; natural, the shared layer, that of the branch
    assert clips.sound.sample_rate == RATE
    assert clips.sound.clip_s == CLIP_S
    records = [clips.record(number) for number in range(len(clips))]
    assert {row["background"] for row in records} == {"clean", *(f"standard {layer}" for layer in LAYERS)}
    assert all(row["snr_db"] is None for row in records)
    for number, (row, layer) in enumerate(zip(records, clips.table["layer"], strict=True)):
        name = clips.table["sound"].iloc[number]
        expected, _ = soundfile.read(folder / layer / f"{name}.wav", dtype="int16")
        np.testing.assert_array_equal(clips.waveforms(np.array([number]))[0], expected)
        assert row["key"] == clips.keys(np.array([number]))[0]
    ranks = clips.table.groupby("layer")["rank"].first()
    assert ranks.to_dict() == {"natural": 0, "conv1": 1, "word.fc5": 2, "genre.fc5": 2}


def test_an_experiment_presents_each_sound_once(folder, tmp_path, fake_modules):
    clips = MetamerClips.open([folder])
    assert build.build(clips, tmp_path / "out", TRIALS)
    data = data_of(tmp_path / "out")
    assert data["tasks"]["word"]["labels"] == ["harbor", "harvest", "music", "stone"]
    sounds = clips.table.set_index("key")["sound"]
    for session in data["sessions"]:
        heard = [item for block in session["blocks"] for item in block["items"] if isinstance(item, str)]
        assert len(set(sounds[heard])) == len(heard) == 6
        for task in ("word", "genre"):  # a trial in each condition: natural and two layers
            own = [data["clips"][key] for key in heard if sounds[key].startswith(task)]
            assert len({background for background, *_ in own}) == 3
    assert all(data["clips"][key][0] == "clean" for keys in data["practice"].values() for key in keys)
    assert {path.stem for path in (tmp_path / "out/clips").iterdir()} == set(data["clips"])
    assert not build.build(MetamerClips.open([folder]), tmp_path / "out", TRIALS)
    (folder / "conv1/word-01.wav").write_bytes((folder / "conv1/word-02.wav").read_bytes())
    assert build.build(MetamerClips.open([folder]), tmp_path / "out", TRIALS)


def test_the_command_builds_an_experiment_of_metamers(folder, tmp_path, fake_modules, monkeypatch, capsys):
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["experiment"] = plain(TRIALS)
    params["behavior"]["answers"] = {"word": 1, "genre": 1}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["heschl experiment", "out", "--metamers", "standard"])
    command.main()
    assert "out: built, 2 sessions" in capsys.readouterr().out
    assert list(Path("out/clips").glob("standard-conv1-word-*.wav"))
    (folder / "conv1/word-01.wav").unlink()
    with pytest.raises(SystemExit, match=r"^heschl experiment: standard/conv1/word-01.wav is missing"):
        command.main()


def test_networks_are_compared_on_the_same_sounds(folder, tmp_path):
    other = write_metamers(tmp_path / "adversarial", seed=2)
    clips = MetamerClips.open([folder, other])
    assert len(clips) == 2 * 6 * 5  # natural sounds once
    planned, targets = planned_of(clips, replace(TRIALS, trials={"word": 5, "genre": 5}, practice=0))
    assert all(len(target.clips) == 5 for target in targets["word"])
    assert len(planned.sessions) == TRIALS.sessions


def broken(folder, tmp_path, how):
    other = write_metamers(tmp_path / "other", **({"level": 0.05} if how == "level" else {}))
    if how == "sounds":
        table = tables.read_csv(other / SOUNDS, SOUND)
        tables.write_csv(other / SOUNDS, table.assign(key=table["key"] + "9"))
    elif how == "rate":
        tables.write_json(other / ABOUT, tables.read_json(other / ABOUT) | {"labels": {}})
    elif how == "wav":
        (folder / "conv1/word-02.wav").unlink()
    elif how in ("none", "layer", "sound"):
        path = {"none": other / ABOUT, "layer": other / METAMERS, "sound": other / SOUNDS}[how]
        path.write_text(path.read_text().replace("conv1" if how == "layer" else "word-01", "../conv1"))
        if how == "none":
            path.unlink()
    elif how == "name":
        (tmp_path / "more").mkdir()
        shutil.move(other, tmp_path / "more/standard")
        other = tmp_path / "more/standard"
    return [folder, other]


@pytest.mark.parametrize(
    ("how", "said"),
    {
        "sounds": "have metamers of different clips. Make each with `heschl metamers --agree`",
        "rate": "differ in sample rate, length or labels",
        "level": "the two networks' ears scale sounds to other levels",
        "wav": "conv1/word-02.wav is missing; git has only the tables",
        "none": "metamers.json is missing",
        "layer": "metamers.csv has the name '../conv1'; expected letters",
        "sound": "natural.csv has the name '../conv1'; expected letters",
        "name": "the folders of metamers need different names",
    }.items(),
)
def test_folders_that_do_not_fit_are_named(folder, tmp_path, how, said):
    with pytest.raises(MetamerError, match=re.escape(said)):
        MetamerClips.open(broken(folder, tmp_path, how)).check_sounds()


def test_a_task_without_sounds_is_named(folder):
    clips = MetamerClips.open([folder])
    where = replace(TRIALS, trials={"where": 1}, answers={"where": Choose(1)})
    with pytest.raises(ExperimentError, match=r"'where' is not a task of .*standard, which has word, genre"):
        planned_of(clips, where)
