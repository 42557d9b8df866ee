import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.behavior.listeners import ListenersError
from pipeline.behavior.measure import measure, write
from pipeline.behavior.metrics import headlines, summary_line
from tests.behavior.observer import LABELS, PARAMS, network, write_listeners

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
    }
    assert all(np.isfinite(value) for value in headlines(found).values())
    assert {"listeners.published.word.r", "listeners.own.word.rmse"} <= set(headlines(found))


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
