"""Levels and labels that are read out, and the sources that are held out."""

import numpy as np
import pytest

from heschl.activations.sounds import Sounds
from heschl.decode.targets import CannotReadError, label_target, level_target


def clips(**columns):
    columns = {name: np.array(values) for name, values in columns.items()}
    number = len(next(iter(columns.values())))
    return Sounds(tuple(f"clip{n}" for n in range(number)), np.zeros((number, 1), np.int16), columns)


def test_clips_hold_out_speakers_for_words_and_words_for_speakers():
    heard = clips(
        word=["cat", "dog", "cat", "dog", "cow", ""], genre=["", "", "", "", "", "jazz"],
        speaker=["ann", "ann", "bob", "bob", "bob", ""],
        source=["speaker ann", "speaker ann", "speaker bob", "speaker bob", "speaker bob", "artist mo"],
    )  # fmt: skip
    word, left_out = label_target(heard, "word")
    assert (word.rows.tolist(), word.groups.tolist(), word.sources) == (
        [0, 1, 2, 3],
        ["speaker ann"] * 2 + ["speaker bob"] * 2,
        "speaker",
    )
    assert left_out == {"word": ("cow",)}
    assert word.chance == 0.5
    speaker, _ = label_target(heard, "speaker")
    assert (speaker.rows.tolist(), speaker.groups.tolist(), speaker.sources) == (
        [0, 1, 2, 3, 4],
        ["cat", "dog", "cat", "dog", "cow"],
        "word",
    )
    with pytest.raises(CannotReadError, match=r"0 of 1 classes have 2 or more sources \(artist\)"):
        label_target(heard, "genre")
    low, _ = level_target({"frequency": ("low", "high")}, np.arange(12.0).reshape(6, 2), heard)
    assert (low.sources, low.groups[-1]) == ("source", "artist mo")


def test_a_folders_sources_are_held_out_of_its_speakers_too():
    heard = clips(
        category=list("ababab"), speaker=["ann", "ann", "ann", "bob", "bob", "bob"], source=list("xyyzww")
    )
    speaker, _ = label_target(heard, "speaker")
    assert (speaker.groups.tolist(), speaker.sources) == (list("xyyzww"), "source")


def test_bands_that_never_vary_are_left_out():
    values = np.column_stack([np.arange(5), np.full(5, 1e-3), np.arange(5)[::-1]])
    target, left_out = level_target(
        {"frequency": ("low", "high"), "modulation": ("slow",)}, values, clips(category=list("aabbb"))
    )
    assert target.columns == {"frequency": ("low",), "modulation": ("slow",)}
    assert target.values.tolist() == values[:, [0, 2]].tolist()
    assert left_out == {"frequency": ("high",)}
    with pytest.raises(CannotReadError, match="do not differ"):
        level_target({"frequency": ("low",)}, np.zeros((5, 1)), clips(category=list("aabbb")))
