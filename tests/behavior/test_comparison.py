"""A folder of listeners, published and simulated, compared with a simulated network."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heschl.behavior.comparison import compare_with_listeners
from heschl.behavior.listeners import ListenersError
from tests.behavior.observer import BACKGROUNDS, LABELS, LEVELS, PARAMS, network, write_listeners

CLIPS = network()
PUBLISHED = Path(__file__).parents[2] / "inputs" / "listeners" / "published"
PARAMS = replace(PARAMS, resamples=300)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "published")
    return tmp_path


@pytest.mark.parametrize("threshold", [-6.0, 0.0])
def test_simulated_listeners_thresholds_are_found(folder, threshold):
    write_listeners(folder, CLIPS, threshold)
    tables, found = compare_with_listeners(folder, CLIPS, LABELS, PARAMS)
    assert set(found) == {"published", "own"}
    assert set(tables["listeners/conditions"]["group"]) == {"published", "own"}
    assert (
        found["own"]["word"]["participants"],
        found["own"]["word"]["conditions"],
        found["own"]["word"]["left_out"],
    ) == (12, 26, 0)
    fitted = found["own"]["word"]["threshold"]
    assert set(fitted) == set(BACKGROUNDS)
    relative = tables["listeners/relative"]
    assert relative.groupby("group").size().to_dict() == {"own": 25, "published": 25}
    assert relative["listeners"].between(-0.3, 1.3).all()
    held = [each["threshold_low"] < threshold < each["threshold_high"] for each in fitted.values()]
    assert sum(held) >= 4
    assert all(abs(each["threshold_db"] - threshold) < 1.5 for each in fitted.values())
    assert {
        "listeners/consistency",
        "listeners/items",
        "listeners/confused",
        "listeners/confusions/word",
    } <= set(tables)


def test_published_thresholds_lie_halfway_up_and_music_is_easiest(folder):
    tables, found = compare_with_listeners(folder, CLIPS, LABELS, PARAMS)
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


def test_params_can_leave_published_listeners_out(folder):
    tables, found = compare_with_listeners(folder, CLIPS, LABELS, replace(PARAMS, published=False))
    assert found == {}
    assert tables["listeners/conditions"].empty
    assert list(tables["listeners/conditions"])[:4] == ["group", "task", "background", "snr_db"]


def test_inattentive_listeners_are_left_out(folder):
    write_listeners(folder, CLIPS, -3.0, attention=0.5)
    with pytest.raises(
        ListenersError,
        match=r"all 12 participants passed fewer attention checks than behavior.min_attention, 0.75",
    ):
        compare_with_listeners(folder, CLIPS, LABELS, PARAMS)
    lines = (
        (folder / "simulated.csv")
        .read_text()
        .replace(
            "simulated-0,attention-2,clean,,attention,3,0", "simulated-0,attention-2,clean,,attention,3,1"
        )
    )
    (folder / "simulated.csv").write_text(lines)
    numbers = compare_with_listeners(folder, CLIPS, LABELS, PARAMS)[1]["own"]["word"]
    assert numbers["participants"] == 1
    assert numbers["left_out"] == 11  # a number: who they are stays in the tables
