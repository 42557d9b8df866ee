"""Speakers, artists and sources under two names are one unit, in one split."""

import numpy as np
import pandas as pd
import pytest

from heschl.corpus.categories import renamed
from heschl.corpus.remarks import remarks
from heschl.corpus.splits import Split, assign_splits
from heschl.corpus.tables import COLUMNS
from heschl.corpus.units import alike_labels, join_units


def table(name, rows):
    return pd.DataFrame([(*row, 0.0, 1.0) for row in rows], columns=list(COLUMNS[name]))


def tables(words=(), talkers=(), music=(), scenes=()):
    given = {"words": words, "music": music, "scenes": scenes, "talkers": talkers}
    return {name: table(name, rows) for name, rows in given.items()}


def test_spellings_become_the_most_frequent_one_in_words_and_talkers():
    words = [("a", "one", "anna"), ("b", "one", "Anna"), ("c", "two", "Anna"), ("d", "one", "bert")]
    joint, joined = join_units(tables(words, [("e", "AN\u200bNA"), ("f", "carl")]))
    assert joint["words"]["speaker"].tolist() == ["Anna", "Anna", "Anna", "bert"]
    assert joint["talkers"]["speaker"].tolist() == ["Anna", "carl"]
    assert joined == [{"unit": "speaker", "name": "Anna", "of": ["AN\u200bNA", "Anna", "anna"], "files": []}]


def test_units_with_a_file_in_common_are_one_also_by_way_of_others():
    music = [
        ("a", "jazz", "x"),
        ("a", "jazz", "y"),
        ("b", "jazz", "Y"),
        ("b", "jazz", "z"),
        ("c", "jazz", "w"),
    ]
    joint, joined = join_units(tables(music=music))
    assert (
        joint["music"]["artist"].tolist() == ["x + Y + z"] * 4 + ["w"]
        or len(set(joint["music"]["artist"][:4])) == 1
    )
    assert joint["music"]["artist"].tolist() == ["y + x + z"] * 4 + ["w"]
    assert joined[0]["of"] == ["Y", "x", "y", "z"]
    assert joined[0]["files"] == ["a", "b"]


def test_nothing_changes_where_nothing_is_one():
    given = tables(
        [("a", "one", "10"), ("b", "one", "1")], [("c", "2")], [("d", "jazz", "1")], [("e", "rain", "1")]
    )
    joint, joined = join_units(given)
    assert joined == []
    assert all(joint[name] is given[name] for name in given)


@pytest.mark.parametrize("seed", range(5))
def test_no_person_is_torn_between_splits(seed):
    """Nine people, each under three names."""
    spell = [str, lambda n: f"00{n}", lambda n: f"{n}\u200b"]
    rng = np.random.default_rng(seed)
    words = [(f"{n}{m}", "one", each(n)) for n in range(1, 10) for m, each in enumerate(spell)]
    words = [words[place] for place in rng.permutation(len(words))]
    rest = {
        "talkers": [(f"t{n}", f"t{n}") for n in range(3)],
        "music": [(f"m{n}", "jazz", f"a{n}") for n in range(3)],
        "scenes": [(f"s{n}", "rain", f"s{n}") for n in range(3)],
    }
    joint, joined = join_units(tables(words, **rest))
    assert len(joined) == 9
    split = assign_splits(joint, Split(train=0.6, validation=0.2, test=0.2), seed)["words"]
    person = split["file"].str[0]
    assert split.groupby(person)["split"].nunique().eq(1).all()


def test_labels_that_differ_only_in_case_are_found_and_stay():
    words = [("a", "One", "x"), ("b", "one", "x"), ("c", "007", "x"), ("d", "7", "x")]
    assert alike_labels(tables(words, music=[("e", "Jazz", "y"), ("f", "jazz\u200b", "y")])) == {
        "words": [["One", "one"]],
        "music": [["Jazz", "jazz\u200b"]],
    }


def test_what_the_stage_and_the_report_say():
    provenance = {
        "left_out": {"words": ["a", "b", "c", "d", "e"], "music": []},
        "alike": {"music": [["Jazz", "jazz\u200b"]]},
        "joined": [
            {"unit": "speaker", "name": "anna", "of": ["Anna", "anna"], "files": []},
            {"unit": "speaker", "name": "x + y", "of": ["x", "y"], "files": ["a.wav"]},
        ],
    }
    assert remarks(provenance) == [
        "words: a, b, c, and 2 more left out: too few speakers",
        "music: labels that differ only in case, spaces or the like: 'Jazz' and 'jazz\\u200b'",
        "one speaker spelled in several ways: 'Anna' and 'anna'",
        "taken as one speaker because they have a recording in common: 'x' and 'y'",
    ]
    assert remarks({"left_out": {"words": [], "music": []}}) == []


def test_categories_are_renamed_and_missing_ones_stay_missing():
    column = pd.Series(pd.Categorical(["a", None, "b", "c"]), [3, 2, 1, 0], name="speaker")
    found = renamed(column, {"a": "x", "c": "b"})
    assert found.dropna().to_dict() == {3: "x", 1: "b", 0: "b"}
    assert found.isna().tolist() == [False, True, False, False]
    assert list(found.cat.categories) == ["x", "b"]
