"""A bad space or search is an error that names the key."""

import pytest

from heschl.params import ParamsError, load_all, parse
from heschl.search import space
from heschl.search.params import SearchParams
from tests.helpers.searching import SEARCH, SECTIONS, SPACE, params


def refused(**changes):
    with pytest.raises(ParamsError) as caught:
        params(**changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"blocks": {"low": 3, "high": 2}}, "search.space.blocks is .*low is 3, above high, 2"),
        ({"blocks": {"low": 0, "high": 2}}, "search.space.blocks.low is 0"),
        ({"dropout": {"low": 0.0, "high": 1.5}}, "search.space.dropout.high is 1.5"),
        ({"normalization": []}, "search.space.normalization is"),
        ({"normalization": ["layer_norm"]}, "search.space.normalization.0 is 'layer_norm'"),
        ({"depth": 3}, "search.space.depth is unknown"),
        ({"kernels": SPACE["kernels"] | {"area": 4}}, "frequency.high is 5, above area, 4"),
    ],
)
def test_a_bad_range_of_the_space_is_named(change, message):
    import re

    assert re.search(message, refused(space=SPACE | change))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ({"low": 0.0, "high": 1.0, "log": True, "whole": False}, "low is 0.0, which has no logarithm"),
        ({"low": 0.5, "high": 1.0, "log": False, "whole": True}, "expected whole numbers"),
        ({"low": 2.0, "high": 1.0, "log": False, "whole": False}, "are they swapped"),
        ({"options": []}, "values.train.epochs.options is []"),
        (
            {"low": float("inf"), "high": float("inf"), "log": False, "whole": False},
            "values.train.epochs.low",
        ),
        ({"low": 1, "high": 2, "log": False}, "values.train.epochs.whole is missing"),
    ],
)
def test_a_bad_range_of_a_value_is_named(kind, message):
    assert message in refused(space=SPACE | {"values": {"train.epochs": kind}})


def test_tasks_are_listed_once():
    assert "search.tasks is ['word', 'word']: 'word' is listed twice: list each once" in refused(
        tasks=["word", "word"]
    )


def test_rungs_must_rise():
    assert "search.epochs is [2, 1]: expected each to be higher" in refused(epochs=[2, 1])


@pytest.mark.parametrize(
    "name", ["train.optimizer.learning_rat", "train.seed.x", "corpus.seed", "epochs", ""]
)
def test_a_value_that_no_section_has_is_named(name):
    values = {name: {"options": [1]}}
    with pytest.raises(ParamsError, match=f"search.space.values: there is no value '{name}'"):
        space.names(params(space=SPACE | {"values": values}).space, SECTIONS)


def test_the_number_of_epochs_cannot_be_drawn():
    values = {"train.epochs": {"options": [1, 2]}}
    with pytest.raises(ParamsError, match=r"train\.epochs cannot be drawn; search\.epochs sets it"):
        space.names(params(space=SPACE | {"values": values}).space, SECTIONS)


def test_the_section_of_params_yaml_can_be_read():
    values = load_all()
    found = parse("search", values["search"], SearchParams)
    assert space.names(found.space, values)[:3] == ["blocks", "normalization", "pooling"]
    assert set(SEARCH) == set(values["search"])
