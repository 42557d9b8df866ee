"""The clips chosen are varied and the same each time."""

import pandas as pd

from heschl.report import choice, inputs
from tests.helpers.report_page import BACKGROUNDS


def test_examples_are_varied_and_repeat(folders):
    clips = inputs.read(*folders).behavior.clips
    chosen = choice.choose(clips, per_task=4, seed=7)
    pd.testing.assert_frame_equal(chosen, choice.choose(clips[::-1], per_task=4, seed=7))
    assert not chosen.equals(choice.choose(clips, per_task=4, seed=8))
    for _, rows in chosen.groupby("task"):
        assert sorted(rows.background) == sorted(BACKGROUNDS)
        assert (set(rows.correct), rows.background.iloc[0]) == ({True, False}, "clean")
    assert set(chosen.task) == {"word", "genre"}


def test_more_examples_than_clips(folders):
    clips = inputs.read(*folders).behavior.clips
    assert sorted(choice.choose(clips, per_task=10**6, seed=7).key) == sorted(clips.key)
    assert len(choice.choose(clips, per_task=0, seed=7)) == 0
