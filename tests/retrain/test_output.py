"""What is said of networks, on SYNTHETIC answers of which the truth is known."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from heschl.grid.trainings import Grid
from heschl.retrain import output
from heschl.retrain.params import RetrainParams
from heschl.search.cost import Cost
from tests.helpers.answers import answered

PARAMS = RetrainParams(
    networks=["better.yaml", "same.yaml"], seeds=[1, 2, 3, 4, 5], threads=1, seed=1, resamples=300,
    confidence=0.95,
)  # fmt: skip
TRUTH = {"params.yaml": 0.6, "better.yaml": 0.7, "same.yaml": 0.6}  # accuracy of each network


@dataclass(frozen=True)
class Candidate:
    title: str
    cost: Cost
    values: dict = field(default_factory=lambda: {"train": {"epochs": 8}})

    @property
    def changed(self):
        return {"network": self.title}

    @property
    def name(self):
        return self.title.removesuffix(".yaml")


def made(folder):
    """Write the answers of all networks; return the table of accuracies."""
    networks = [Candidate(title, Cost(10 + place, 20 + place)) for place, title in enumerate(TRUTH)]
    grid = answered(
        Grid(networks, PARAMS.seeds, folder, folder / "answers"), lambda training: TRUTH[training.entry.title]
    )
    return output.accuracy(grid, PARAMS), grid


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return made(tmp_path_factory.mktemp("retrain"))


def test_accuracies_and_differences_are_those_of_the_answers(found):
    table, grid = found
    assert list(table.network.unique()) == list(TRUTH)
    assert set(zip(table.network, table.parameters, table.macs, strict=True)) == {
        ("params.yaml", 10, 20), ("better.yaml", 11, 21), ("same.yaml", 12, 22),
    }  # fmt: skip
    words = pd.read_parquet(grid.kept / "clips.parquet").task == "word"
    means = {
        title: np.mean([pd.read_parquet(t.answers).correct[words].mean() for t in some])
        for title in TRUTH
        if (some := [t for t in grid.trainings if t.entry.title == title])
    }
    for title in TRUTH:
        row = table[(table.network == title) & (table.task == "word") & (table.clips == "all")].iloc[0]
        assert row.accuracy == pytest.approx(means[title])
        assert row.difference == pytest.approx(means[title] - means["params.yaml"])


def test_a_true_difference_is_found_and_no_other(found):
    table = found[0][found[0].clips == "all"].set_index("network")
    assert (table.loc["better.yaml"].difference_p < 0.01).all()
    assert (table.loc["better.yaml"].difference_low > 0).all()
    assert (table.loc["same.yaml"].difference_p > 0.05).all()
    assert (table.loc["params.yaml"].difference == 0).all()


def test_the_sentences_have_both_accuracies_and_the_difference(found):
    said = list(output.sentences(found[0]))
    assert len(said) == 4
    row = found[0][(found[0].network == "better.yaml") & (found[0].task == "genre")].iloc[0]
    assert said[0].startswith(f"better.yaml, genre: {row.accuracy:.1%}, params.yaml ")
    assert f"difference {100 * row.difference:+.1f} points" in said[0]
