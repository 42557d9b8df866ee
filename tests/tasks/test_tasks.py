"""Every registered task has what it needs, and a third one takes a file and a line."""

import json
from dataclasses import fields, replace

import pytest

from heschl.corpus.tables import LABEL
from heschl.mixtures.params import Draw
from heschl.mixtures.row import Mixture
from heschl.shards.read import Shards
from heschl.shards.write import ShardParams, write_shards
from heschl.tasks import TASKS, Task, is_null, named
from heschl.train.losses import LOSSES, SCORES
from tests.helpers.mixtures import draw_mixtures, saved

KIND = Task(name="kind", table="scenes", label="kind", null="__other__")
ALL = ("word", "genre", "kind")


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_complete(name):
    task = TASKS[name]
    assert task.name == name
    assert LABEL[task.table] == task.label
    assert is_null(task.null)
    assert task.loss in LOSSES
    assert task.score in SCORES
    assert name not in {field.name for field in fields(Mixture)}  # the columns that every table has


def test_tasks_and_order():
    """Golden: random draws depend on the order."""
    assert list(TASKS) == ["word", "genre", "where"]


def test_null_classes_name_nothing():
    assert is_null("__genre__")
    assert not is_null("genre")
    assert named(["__genre__", "high", "low"]) == ["high", "low"]


@pytest.fixture
def params(mixture_params):
    few = Draw(clips=dict.fromkeys(ALL, 4), snr_db=(0.0,), clean=0.2, backgrounds=(), labels={})
    grid = replace(mixture_params.test, targets=dict.fromkeys(ALL, 2), snr_db=(3.0,))
    return replace(mixture_params, train=few, validation=few, test=grid)


def test_a_third_task_from_the_table_to_the_shards(tmp_path, corpus, sound, params, monkeypatch):
    monkeypatch.setitem(TASKS, "kind", KIND)
    folder, tables = corpus
    table = draw_mixtures(tables, folder, ALL, params, sound)
    assert list(table.columns).index("kind") == list(table.columns).index("genre") + 1
    of_kind = table[table["task"] == "kind"]
    assert set(of_kind["kind"]) == {"bass-noise", "flute-noise"}
    assert set(of_kind["word"]) == {"__genre__"}
    assert set(of_kind["genre"]) == {"__speech__"}
    assert set(table.loc[table["task"] != "kind", "kind"]) == {"__other__"}
    assert of_kind["source"].str.startswith("source ").all()
    assert set(of_kind["background"]) == {"clean", *params.backgrounds}
    shaped = of_kind[of_kind["background"] == "shaped"].iloc[0]
    assert shaped["target_file"] in shaped["shape_files"]

    write_shards(
        saved(table), folder, tmp_path, ALL, sound, ShardParams(clips=50, remix=False, store=None), {}
    )
    labels = json.loads((tmp_path / "index.json").read_text())["labels"]
    assert labels["kind"] == ["__other__", "bass-noise", "flute-noise"]
    test = Shards.open(tmp_path, "test")
    assert list(test.targets) == list(ALL)
    rows = table[table["split"] == "test"]
    assert [labels["kind"][number] for number in test.targets["kind"]] == rows["kind"].tolist()
    assert test.record(0)["kind"] == rows["kind"].iloc[0]


def test_a_further_task_changes_no_draw_of_the_others(corpus, sound, params, monkeypatch):
    folder, tables = corpus
    both = draw_mixtures(tables, folder, ALL[:2], _without(params, "kind"), sound)
    monkeypatch.setitem(TASKS, "kind", KIND)
    three = draw_mixtures(tables, folder, ALL, params, sound)
    kept = three[three["task"] != "kind"].drop(columns=["kind", "key"])
    columns = [name for name in both.columns if name != "key"]
    by = ["split", "task", "target_file", "target_start_s", "background", "snr_db"]
    assert sorted(map(str, both[columns].sort_values(by).to_dict("records"))) == sorted(
        map(str, kept[columns].sort_values(by).to_dict("records"))
    )


def _without(params, name):
    def less(counts):
        return {task: count for task, count in counts.items() if task != name}

    train = replace(params.train, clips=less(params.train.clips))
    return replace(
        params, train=train, validation=train, test=replace(params.test, targets=less(params.test.targets))
    )
