"""What SYNTHETIC listeners recognized is found again."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heschl import tables
from heschl.behavior.listeners import ListenersError
from heschl.behavior.params import BehaviorParams
from heschl.commands import listeners as command
from heschl.metamers.clips import MetamerClips
from heschl.metamers.columns import ABOUT, LISTENERS, RECOGNIZED
from heschl.metamers.listeners import recognized
from heschl.metamers.results import published
from heschl.params import load
from tests.helpers.metamers import write_answers, write_metamers

ROOT = Path(__file__).parents[2]
RIGHT = {"natural": 1.0, "conv1": 0.75, "word.fc5": 0.25, "genre.fc5": 0.0}


@pytest.fixture
def params():
    return replace(load("behavior", BehaviorParams, ROOT / "params.yaml"), answers={}, resamples=200)


def test_shares_are_those_of_the_listeners(tmp_path, params):
    clips = MetamerClips.open([write_metamers(tmp_path / "standard")])
    table = recognized(write_answers(tmp_path / "table.csv", clips, RIGHT), clips, params)[0]["standard"]
    assert list(table.columns) == list(RECOGNIZED)
    assert table["layer"].tolist() == ["natural", "conv1", "word.fc5", "natural", "conv1", "genre.fc5"]
    assert table["recognized"].tolist() == [RIGHT[layer] for layer in table["layer"]]
    assert table["rank"].tolist() == [0, 1, 2, 0, 1, 2]
    assert (table["participants"] == 4).all()
    assert (table["listeners"] == 4).all()
    assert (table["trials"] == 24).all()
    assert (table["recognized_low"] <= table["recognized"]).all()
    some = table[table["recognized"].isin([0.25, 0.75])]
    assert (some["recognized_high"] - some["recognized_low"] > 0.2).all()  # participants differ


def test_sounds_that_are_no_metamers_do_not_count(tmp_path, params):
    rejected = {("conv1", "word-01"), *(("word.fc5", f"word-{number:02d}") for number in range(1, 7))}
    clips = MetamerClips.open([write_metamers(tmp_path / "standard", rejected=rejected)])
    table = recognized(write_answers(tmp_path / "table.csv", clips, RIGHT), clips, params)[0]["standard"]
    words = table[table["task"] == "word"].set_index("layer")
    assert words.loc["conv1", ["trials", "left_out", "sounds"]].tolist() == [20, 4, 5]
    assert words.loc["word.fc5", ["trials", "left_out"]].tolist() == [0, 24]
    assert np.isnan(words.loc["word.fc5", "recognized"])


def test_each_network_has_its_own_table(tmp_path, params):
    folders = [write_metamers(tmp_path / "one"), write_metamers(tmp_path / "two", seed=2)]
    clips = MetamerClips.open(folders)
    path = write_answers(tmp_path / "table.csv", clips, RIGHT)
    rows = pd.read_csv(path)
    rows.loc[rows["clip"].str.startswith("two-conv1"), ["response", "correct"]] = ["", 0]
    rows.to_csv(path, index=False)
    found, _ = recognized(path, clips, params)
    shares = {name: table.set_index(["task", "layer"])["recognized"] for name, table in found.items()}
    assert shares["one"]["word", "conv1"] == 0.75
    assert shares["two"]["word", "conv1"] == 0
    assert shares["one"]["word", "natural"] == shares["two"]["word", "natural"] == 1
    with pytest.raises(ListenersError, match=r"clip is 'two-conv1-word-01-[0-9a-f]{8}', which is unknown"):
        recognized(path, MetamerClips.open(folders[:1]), params)


def test_answers_to_other_metamers_are_unknown(tmp_path, params):
    clips = MetamerClips.open([write_metamers(tmp_path / "standard")])
    path = write_answers(tmp_path / "table.csv", clips, RIGHT)
    about = tables.read_json(tmp_path / "standard" / ABOUT) | {"weights_sha256": "of another network"}
    tables.write_json(tmp_path / "standard" / ABOUT, about)
    with pytest.raises(
        ListenersError, match=r"clip is 'standard-conv1-word-01-[0-9a-f]{8}', which is unknown"
    ):
        recognized(path, MetamerClips.open([tmp_path / "standard"]), params)


def test_listeners_who_did_not_attend_are_left_out(tmp_path, params):
    clips = MetamerClips.open([write_metamers(tmp_path / "standard")])
    path = write_answers(tmp_path / "table.csv", clips, RIGHT)
    rows = pd.read_csv(path)
    check = {"background": "clean", "task": "attention", "response": 1}
    checks = [
        check | {"participant": f"p{n}", "clip": "attention-1", "correct": int(n > 0)} for n in range(4)
    ]
    pd.concat([rows, pd.DataFrame(checks)]).to_csv(path, index=False)
    found, left_out = recognized(path, clips, params)
    assert left_out == {"p0": 0.0}
    assert (found["standard"]["listeners"] == 3).all()
    pd.concat([rows, pd.DataFrame(checks).assign(correct=0)]).to_csv(path, index=False)
    with pytest.raises(ListenersError, match="all 4 participants passed fewer attention checks"):
        recognized(path, clips, params)


def test_published_shares_fall_with_the_layer():
    table = published()
    assert table.groupby("trained", sort=False).size().to_dict() == {"standard": 10, "adversarial": 10}
    assert table["people"].between(0, 1).all()
    for _, own in table.groupby("trained"):
        assert own["rank"].tolist() == list(range(10))
        assert own["people"].iloc[0] > own["people"].iloc[-1] + 0.5


def test_the_command_prints_and_writes_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text((ROOT / "params.yaml").read_text())
    folder = write_metamers(Path("search/metamers"))
    clips = MetamerClips.open([folder])
    Path("results").mkdir()
    write_answers(Path("results/all.csv"), clips, RIGHT)
    monkeypatch.setattr(sys, "argv", ["heschl listeners", "results"])
    command.main()
    said = capsys.readouterr().out
    assert "published, standard training, words: natural 82%, cochleagram 79%" in said
    assert "search/metamers, word, 4 listeners: natural 100%" in said
    assert "conv1 75%" in said
    assert len(tables.read_csv(folder / LISTENERS, RECOGNIZED)) == 6
    Path("results/all.csv").write_text("participant\n")
    with pytest.raises(SystemExit, match=r"heschl listeners: results/all.csv"):
        command.main()
