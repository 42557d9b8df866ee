"""A tiny grid of test clips and an experiment with it."""

from dataclasses import replace
from pathlib import Path

import pytest

from heschl.behavior.params import BehaviorParams
from heschl.corpus.splits import Split, assign_splits
from heschl.experiment import jspsych, results
from heschl.experiment.design import Choose, ExperimentParams
from heschl.mixtures.params import Grid
from heschl.params import load, plain
from heschl.shards.read import Shards
from heschl.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import draw_mixtures, saved

WORDS = {"low": "harbor", "high": "harvest"}  # begin alike
PARAMS = ExperimentParams(
    seed=2, sessions=2, trials={"word": 3, "genre": 2},
    answers={"word": "typed", "genre": Choose(choose=3)}, block=2, practice=1, attention=1,
    headphones="required", consent=None, post=None, completion=None,
)  # fmt: skip
BEHAVIOR = plain(load("behavior", BehaviorParams, Path(__file__).parents[2] / "params.yaml")) | {
    "answers": {"word": 1, "genre": 3}
}
RECORDED = b',1,2.500,1,2026-01-02T03:04:05Z,"A browser (KHTML, like others)"\n'
ROW = b"p1,test-0000001,clean,,word,harbor,1" + RECORDED
TABLE = ",".join(results.TABLE).encode() + b"\n" + ROW


def grid_of(corpus, sound, mixture_params, folder, genre=str):
    """Write and open shards of a few targets of each task in five conditions; every artist is a genre.

    genre : artist -> name of the genre
    """
    source, tables = corpus
    tables = {name: table.drop(columns="split") for name, table in tables.items()}
    tables = assign_splits(tables, Split(train=0.4, validation=0.2, test=0.4), seed=0)
    tables["music"] = tables["music"].assign(genre=tables["music"]["artist"].map(genre))
    tables["words"] = tables["words"].assign(word=tables["words"]["word"].map(WORDS))
    params = replace(
        mixture_params,
        backgrounds=("scene", "shaped"),
        test=Grid(targets={"word": 12, "genre": 6}, snr_db=(-6.0, 6.0), labels={}),
    )
    table = draw_mixtures(tables, source, ("word", "genre"), params, sound)
    write_shards(
        saved(table[table["split"] == "test"]),
        source,
        folder,
        ("word", "genre"),
        sound,
        ShardParams(clips=20, remix=False, store=None),
        {},
    )
    return Shards.open(folder, "test")


@pytest.fixture(scope="session")
def opened(tmp_path_factory, corpus, sound, mixture_params):
    return grid_of(corpus, sound, mixture_params, tmp_path_factory.mktemp("grid"))


@pytest.fixture
def fake_modules(monkeypatch):
    """Build without npm: test_browser tests what the page does."""
    monkeypatch.setattr(jspsych, "jspsych", lambda: "// jsPsych\n")
