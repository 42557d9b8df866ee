import numpy as np
import pandas as pd
import pytest
from scipy import stats

from heschl.behavior import difficulty
from tests.behavior.simulation import CLIPS, PARAMS, row, simulated


def test_items_that_are_hard_for_listeners_and_network():
    table = simulated(CLIPS, 0.5, persons=20)
    found = difficulty.difficulty(table, CLIPS, PARAMS)
    clips = row(found, items="clip", measure="correct")
    share = table.groupby("clip")["correct"].agg(["mean", "size"])
    share = share[share["size"] >= difficulty.HEARD]
    network = CLIPS.set_index("key")["correct"][share.index]
    assert clips["r"] == pytest.approx(stats.pearsonr(share["mean"], network).statistic)
    assert clips["n"] == len(share)
    within = row(found, items="clip within conditions", measure="correct")
    assert within["r_low"] < within["r"] < within["r_high"]
    assert within["r"] < clips["r"]
    assert within["r_corrected"] == pytest.approx(1, abs=0.03)  # what is not noise is copied
    assert row(found, items="target", measure="rank")["n"] == 120
    alone = difficulty.difficulty(simulated(CLIPS, 0.0, persons=20), CLIPS, PARAMS)
    assert row(alone, items="clip within conditions", measure="correct")[["r_low", "r_high"]].prod() < 0


def test_the_hardest_recordings_come_first_with_the_easiest_clip_that_was_wrong():
    rows = [
        ("t1", np.nan, 1),
        ("t1", 0.0, 2),
        ("t1", 3.0, 2),
        ("t2", np.nan, 2),
        ("t2", 0.0, 2),
        ("t2", 3.0, 1),
        ("t3", 0.0, 1),
    ]
    clips = pd.DataFrame(
        [
            {"target": t, "snr_db": s, "rank": r, "key": f"{t}{s}", "answer": "b" if r > 1 else "a"}
            for t, s, r in rows
        ]
    )
    clips = clips.assign(task="word", truth="a", source="s")
    table = difficulty.hardest(clips, {"word": 1})
    assert table["target"].tolist() == ["t1", "t2"]
    assert table["key"].tolist() == ["t13.0", "t2nan"]
    assert table["wrong"].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert table["said"].tolist() == ["b", "b"]
