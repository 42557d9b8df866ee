"""Splits that hold sources out."""

import numpy as np
import pytest

from heschl.decode.splits import random_splits, split_target
from heschl.decode.targets import CannotReadError, Target

GROUPS = np.repeat([f"s{number}" for number in range(10)], 6)


def test_no_source_is_on_both_sides_and_scored_labels_were_fitted():
    names = np.array(["a", "b", "c", "d", "e", "f"] * 10)
    target = Target({"word": ("",)}, np.arange(60), names, GROUPS, "speaker")
    for fit, score in split_target(target, 20, 0.3, 1).splits:
        assert not set(GROUPS[fit]) & set(GROUPS[score])
        assert len(set(GROUPS[score])) == 3
    rare = np.where(np.isin(GROUPS, ["s0", "s1"]), "rare", names)
    rare_target = Target({"word": ("",)}, np.arange(60), rare, GROUPS, "speaker")
    parts = split_target(rare_target, 40, 0.3, 1).splits
    assert all(set(rare[score]) <= set(rare[fit]) for fit, score in parts)
    assert any("rare" not in rare[fit] for fit, _ in parts)


def test_single_sounds_are_stratified_where_there_are_enough():
    alone, names = np.array([f"x{n}" for n in range(40)]), np.repeat(["a", "b", "c", "d"], [19, 9, 8, 4])
    for fit, score in random_splits(alone, names, 5, 0.25, 1):
        assert sorted([*fit, *score]) == list(range(40))
        assert np.unique(names[score], return_counts=True)[1].tolist() == [5, 2, 2, 1]
    assert len(random_splits(alone, alone, 2, 0.25, 1)) == 2  # a class for each: as they come


def test_too_few_sources_are_an_error():
    sources = np.array(["artist mo"] * 4)
    target = Target({"x": ("",)}, np.arange(4), np.array(list("aabb")), sources, "artist")
    with pytest.raises(CannotReadError, match=r"1 sources \(artist\); at least 3 must remain to fit"):
        split_target(target, 2, 0.5, 1)
