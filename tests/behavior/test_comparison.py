"""Listeners' folders to tables and numbers; those of trials are simulated."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.behavior import measure
from pipeline.behavior.comparison import beside
from pipeline.behavior.listeners import COLUMNS, ListenersError
from tests.behavior.test_accuracy import LABELS, LEVELS, PARAMS, items, logistic

PUBLISHED = Path(__file__).parents[2] / "inputs" / "listeners" / "published"
PARAMS = replace(PARAMS, resamples=300)
KINDS = ("scene", "babble8", "music", "shaped", "modulated")


@pytest.fixture(scope="module")
def clips():
    """Simulated answers of a network."""
    found = items(
        np.random.default_rng(0),
        lambda background, snr: 0.9 if background == "clean" else logistic(snr, -2.0),
        backgrounds=KINDS,
    )
    return found.assign(top5=found["answer"])


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "published")
    return tmp_path


def bring(folder, clips, threshold, persons=12, attention=1.0):
    """Write a table of simulated listeners, each of whom hears a third of the clips."""
    rng, tables = np.random.default_rng(3), []
    for person in range(persons):
        heard = clips.sample(frac=1 / 3, random_state=person)
        chance = np.where(heard["snr_db"].isna(), 0.9, logistic(heard["snr_db"].fillna(0), threshold))
        correct = (rng.random(len(heard)) < chance).astype(int)
        wrong = heard["truth"].map(lambda truth: next(label for label in LABELS["word"] if label != truth))
        table = heard.rename(columns={"key": "clip"})[["clip", "background", "snr_db", "task"]]
        table = table.assign(
            participant=f"simulated-{person}",
            correct=correct,
            response=np.where(correct, heard["truth"], wrong),
        )
        checks = [
            {"clip": f"attention-{n}", "response": "3", "correct": int(n < 4 * attention)} for n in range(4)
        ]
        checks = pd.DataFrame(checks).assign(
            participant=f"simulated-{person}", background="clean", task="attention"
        )
        tables.append(pd.concat([table, checks]))
    pd.concat(tables)[list(COLUMNS)].to_csv(folder / "simulated.csv", index=False)


@pytest.mark.parametrize("threshold", [-6.0, 0.0])
def test_simulated_listeners_thresholds_are_found(folder, clips, threshold):
    bring(folder, clips, threshold)
    tables, found = beside(folder, clips, LABELS, PARAMS)
    assert set(found) == {"published", "own"}
    assert set(tables["listeners/conditions"]["group"]) == {"published", "own"}
    assert (
        found["own"]["word"]["participants"],
        found["own"]["word"]["conditions"],
        found["own"]["word"]["left_out"],
    ) == (12, 26, 0)
    fitted = found["own"]["word"]["threshold"]
    assert set(fitted) == set(KINDS)
    held = [each["threshold_low"] < threshold < each["threshold_high"] for each in fitted.values()]
    assert sum(held) >= 4
    assert all(abs(each["threshold_db"] - threshold) < 1.5 for each in fitted.values())
    assert {
        "listeners/consistency",
        "listeners/items",
        "listeners/confused",
        "listeners/confusions/word",
    } <= set(tables)


def test_published_thresholds_lie_half_way_up_and_music_is_easiest(folder, clips):
    tables, found = beside(folder, clips, LABELS, PARAMS)
    assert set(found) == {"published"}
    numbers = found["published"]["word"]
    assert (numbers["labels"], numbers["conditions"], numbers["participants"]) == (800, 26, 44)
    fitted = numbers["threshold"]
    assert min(fitted, key=lambda kind: fitted[kind]["threshold_db"]) == "music"
    assert max(fitted, key=lambda kind: fitted[kind]["threshold_db"]) == "babble8"
    table = tables["listeners/conditions"].set_index(["background", "snr_db"])["listeners"]
    for kind, each in fitted.items():
        measured = np.interp(each["threshold_db"], LEVELS, table[kind])
        assert measured == pytest.approx((each["guess"] + each["ceiling"]) / 2, abs=0.03)
        assert each["threshold_low"] < each["threshold_db"] < each["threshold_high"]


def test_params_may_leave_the_published_out(folder, clips):
    tables, found = beside(folder, clips, LABELS, replace(PARAMS, published=False))
    assert found == {}
    assert tables["listeners/conditions"].empty
    assert list(tables["listeners/conditions"])[:4] == ["group", "task", "background", "snr_db"]


def test_listeners_who_do_not_attend_are_left_out(folder, clips):
    bring(folder, clips, -3.0, attention=0.5)
    with pytest.raises(
        ListenersError,
        match=r"all 12 participants have fewer right attention checks than behavior.min_attention, 0.75",
    ):
        beside(folder, clips, LABELS, PARAMS)
    lines = (
        (folder / "simulated.csv")
        .read_text()
        .replace(
            "simulated-0,attention-2,clean,,attention,3,0", "simulated-0,attention-2,clean,,attention,3,1"
        )
    )
    (folder / "simulated.csv").write_text(lines)
    numbers = beside(folder, clips, LABELS, PARAMS)[1]["own"]["word"]
    assert numbers["participants"] == 1
    assert numbers["left_out"] == 11  # a number: who they are stays in the tables


def test_a_bad_table_is_named_before_anything_is_written(folder, clips):
    (folder / "mine.csv").write_text("participant,clip\n")
    with pytest.raises(ListenersError, match=r"mine.csv, row 1: 'background' is missing"):
        measure.measure(clips, clips.head(0), folder, LABELS, PARAMS)


def test_metrics_are_json_without_nan(folder, clips, tmp_path):
    bring(folder, clips, -3.0, persons=1)
    tables, found = measure.measure(clips, clips.head(0), folder, LABELS, PARAMS)
    assert np.isnan(found["listeners"]["own"]["word"]["listeners_reliability"])  # of one listener
    measure.write(tmp_path / "out", tables, found)
    text = (tmp_path / "out" / "behavior.json").read_text()
    assert "NaN" not in text
    assert '"listeners_reliability": null' in text
    assert {path.stem for path in (tmp_path / "out" / "listeners").glob("*.csv")} == {
        "conditions",
        "consistency",
        "items",
        "confused",
    }
    assert all(np.isfinite(value) for value in measure.headlines(found).values())
    assert {"listeners.published.word.r", "listeners.own.word.rmse"} <= set(measure.headlines(found))
