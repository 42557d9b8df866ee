import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heschl.behavior import verdicts
from heschl.behavior.listeners import ListenersError
from heschl.behavior.measure import measure, write
from heschl.behavior.metrics import headlines, summary_line
from tests.behavior.observer import BACKGROUNDS, LABELS, PARAMS, answers, network, write_listeners

PUBLISHED = Path(__file__).parents[2] / "inputs" / "listeners" / "published"
PARAMS = replace(PARAMS, resamples=300)
CLIPS = network()


def test_a_bad_table_is_named_before_anything_is_written(tmp_path):
    (tmp_path / "mine.csv").write_text("participant,clip\n")
    with pytest.raises(ListenersError, match=r"mine.csv, row 1: 'background' is missing"):
        measure(CLIPS, CLIPS.head(0), tmp_path, LABELS, PARAMS)


def test_metrics_are_json_without_nan(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "published")
    write_listeners(tmp_path, CLIPS, -3.0, persons=1)
    tables, found = measure(CLIPS, CLIPS.head(0), tmp_path, LABELS, PARAMS)
    assert np.isnan(found["listeners"]["own"]["word"]["listeners_reliability"])  # of one listener
    write(tmp_path / "out", tables, found)
    text = (tmp_path / "out" / "behavior.json").read_text()
    assert "NaN" not in text
    assert '"listeners_reliability": null' in text
    assert {path.stem for path in (tmp_path / "out" / "listeners").glob("*.csv")} == {
        "conditions",
        "consistency",
        "items",
        "confused",
        "relative",
    }
    assert all(np.isfinite(value) for value in headlines(found).values())
    named = set(headlines(found))
    assert {"listeners.published.word.r", "listeners.published.word.rmse"} <= named
    assert not any(name.startswith("listeners.own") for name in named)  # one listener is too few


def test_one_listener_shows_means_and_leaves_the_comparison_to_the_published(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "published")
    for persons, floor in ((4, 5), (5, 5), (1, 1)):
        write_listeners(tmp_path, CLIPS, -3.0, persons=persons)
        params = replace(PARAMS, fewest_listeners=floor, resamples=20)
        tables, found = measure(CLIPS, CLIPS.head(0), tmp_path, LABELS, params)
        own = found["listeners"]["own"]["word"]
        sides = tables["listeners/conditions"]
        assert len(sides[sides["group"] == "own"]) == 26
        assert (own["participants"], own["enough"]) == (persons, persons >= floor)
        assert bool(own["threshold"]) == np.isfinite(own["r"]) == (persons >= floor)
        assert bool(len(tables["listeners/consistency"])) == (persons >= floor)
    few = replace(PARAMS, fewest_listeners=1, fewest_trials=200, resamples=20)
    own = measure(CLIPS, CLIPS.head(0), tmp_path, LABELS, few)[1]["listeners"]["own"]["word"]
    assert not own["enough"]
    assert verdicts.too_few(own).startswith("1 listener, 3")
    assert "a fit needs 1 listeners and 200 trials, so only means are shown" in verdicts.too_few(own)


def test_a_network_at_chance_is_called_so_and_its_control_says_nothing(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "published")
    guessing = answers(np.random.default_rng(0), lambda *_: 0.25, backgrounds=BACKGROUNDS)
    guessing = guessing.assign(top5=guessing["answer"])
    clean = guessing[guessing["background"] == "clean"]
    params = replace(PARAMS, resamples=100)
    found = measure(guessing, clean, tmp_path, LABELS, params)[1]
    assert verdicts.at_chance(found, "word")
    assert found["control"]["word_silenced"]["verdict"] == "nothing"
    line = summary_line(found)
    assert "word at chance on clean clips (" in line
    assert "word silenced: At chance on clean clips too: this control says nothing" in line
    assert "rank correlation" not in line
    known = CLIPS[CLIPS["background"] == "clean"]
    able = measure(CLIPS, clean, tmp_path, LABELS, params)[1]
    assert not verdicts.at_chance(able, "word")
    assert able["control"]["word_silenced"]["verdict"] == "none"
    assert "rank correlation of the backgrounds" in summary_line(able)
    assert "chance" not in summary_line(able)
    leaking = measure(CLIPS, known, tmp_path, LABELS, params)[1]
    assert leaking["control"]["word_silenced"]["verdict"] == "leak"
    assert "word silenced: Leak: 88 % of 100 clips (" in summary_line(leaking)


def test_one_source_is_said(tmp_path):
    found = measure(CLIPS.assign(source="anna"), CLIPS.head(0), tmp_path, LABELS, PARAMS)[1]
    assert verdicts.one_source(found, "word")
    assert "word: one source in the test split" in summary_line(found)


def test_a_new_task_is_measured_by_its_name_alone(tmp_path):
    """Whatever a task is called, its numbers are those of the same answers under another name."""
    params = replace(PARAMS, resamples=20)
    found = {}
    for task in ("word", "instrument"):
        write_listeners(tmp_path, CLIPS.assign(task=task), -3.0, persons=4)
        clips, labels = CLIPS.assign(task=task), {task: LABELS["word"]}
        tables, metrics = measure(clips, clips[clips["background"] == "clean"], tmp_path, labels, params)
        assert {f"curves/{task}", f"confusions/{task}", f"listeners/confusions/{task}"} <= set(tables)
        found[task] = json.dumps(metrics)
        assert summary_line(metrics).startswith(f"{task} clean ")
    assert found["word"].replace("word", "instrument") == found["instrument"]
