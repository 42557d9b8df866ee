"""Answers that are kept: small, ordered, and with errors that name the file."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from heschl.grid import answers
from heschl.grid.answers import KeptAnswersError
from heschl.grid.trainings import Grid


@dataclass(frozen=True)
class Entry:
    name: str
    form: str = ""


def clips(number=6000):
    return pd.DataFrame(
        {
            "key": [f"test-{place:07d}" for place in range(number)],
            "task": ["word", "genre", "genre"] * (number // 3),
            "background": ["clean", "babble8"] * (number // 2),
            "snr_db": [np.nan, -6.0] * (number // 2),
            "source": [f"artist {place % 50}" for place in range(number)],
        }
    )


@pytest.fixture
def grid(tmp_path):
    return Grid([Entry("one"), Entry("two"), Entry("one", "again")], [1, 2], tmp_path, tmp_path / "answers")


def test_what_was_written_is_read_in_one_order(grid):
    table, rng = clips(), np.random.default_rng(1)
    truth = {}
    for training in grid.trainings:
        found = table.assign(correct=rng.integers(0, 2, len(table)))
        truth[training.name] = found.sort_values(["task", "key"]).correct.to_numpy()
        answers.write(training, found.sample(frac=1, random_state=training.seed))  # in any order
        assert training.answers.stat().st_size < 4000
    for entry in grid.entries:
        asked, correct = answers.answers(grid, entry)
        assert asked.equals(table.sort_values(["task", "key"], ignore_index=True))
        assert np.array_equal(correct, [truth[f"{entry.name}-1"], truth[f"{entry.name}-2"]])


def test_networks_of_one_name_are_trained_once(grid):
    assert [training.name for training in grid.trainings] == ["one-1", "two-1", "one-2", "two-2"]
    assert {training.entry.form for training in grid.trainings} == {""}
    assert [each.name for each in grid.of(grid.entries[2])] == ["one-1", "one-2"]


def test_other_clips_are_refused(grid):
    first, second = grid.trainings[:2]
    answers.write(first, clips().assign(correct=1))
    with pytest.raises(
        KeptAnswersError, match=r"clips\.parquet has other clips than two-1 was asked: remove"
    ):
        answers.write(second, clips(12).assign(correct=1))
    assert not second.answers.exists()


def test_a_damaged_or_foreign_file_is_named(grid):
    for training in grid.trainings:
        answers.write(training, clips(12).assign(correct=0))
    first, second = grid.trainings[:2]
    pd.DataFrame({"correct": [True] * 5}).to_parquet(first.answers)
    with pytest.raises(KeptAnswersError, match=r"one-1\.parquet has 5 answers, and there are 12 clips"):
        answers.answers(grid, first.entry)
    second.answers.write_bytes(second.answers.read_bytes()[:100])
    with pytest.raises(
        KeptAnswersError, match=r"two-1\.parquet cannot be read .* its network is trained again"
    ):
        answers.answers(grid, second.entry)
    (grid.kept / "clips.parquet").write_bytes(b"")
    with pytest.raises(KeptAnswersError, match=r"clips\.parquet cannot be read .* all networks are trained"):
        answers.answers(grid, second.entry)
