import numpy as np
import pandas as pd
import pytest

from heschl.behavior import confusions
from tests.behavior.simulation import LABELS, PARAMS, networked, row, simulated


def test_each_choice_of_a_response_counts_an_equal_share():
    found = confusions.confusions(
        ["jazz", "jazz", "rock"], ["jazz|rock", "jazz", "null|folk"], LABELS["genre"]
    )
    assert found.loc["jazz"].tolist() == [0.75, 0.25, 0, 0]
    assert found.loc["rock"].tolist() == [0, 0, 0.5, 0.5]
    assert found.loc[["folk", "null"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="'polka' is not one of the labels jazz, rock"):
        confusions.confusions(["polka"], ["jazz"], LABELS["genre"])


def test_listeners_who_copy_the_network_have_its_confusions():
    clips = networked("genre")
    clips["answer"] = np.where(
        clips["correct"],
        clips["truth"],
        clips["truth"].map(dict(jazz="rock", rock="jazz", folk="jazz", null="folk")),
    )
    clips["top5"] = (
        clips["answer"] + "|" + clips["truth"].map(dict(jazz="folk", rock="null", folk="rock", null="rock"))
    )
    clips["top5"] = (
        clips["top5"]
        .where(clips["correct"] == 0, clips["answer"] + "|rock")
        .str.replace("rock|rock", "rock|jazz")
    )
    table = simulated(clips, 1.0)
    table["response"] = table["clip"].map(clips.set_index("key")["top5"])
    found = row(confusions.confusion_correlation(table, clips, LABELS, PARAMS), task="genre")
    assert found["r"] == pytest.approx(1, abs=1e-3)
    assert found["reliability"] > 0.95
    assert found["n"] == 12
    table["response"] = [
        LABELS["genre"][place] for place in np.random.default_rng(0).integers(4, size=len(table))
    ]
    other = row(confusions.confusion_correlation(table, clips, LABELS, PARAMS), task="genre")
    assert abs(other["r"]) < 0.75
    assert not confusions.confusion_correlation(
        table, clips, {"genre": [*LABELS["genre"], *map(str, range(100))]}, PARAMS
    ).size


def test_confusions_are_shares_of_the_clips_of_a_label():
    clips = pd.DataFrame({"task": "genre", "truth": ["x", "x", "x", "y"], "answer": ["x", "y", "y", "y"]})
    table = confusions.confusions(clips["truth"], clips["answer"], ["x", "y", "z"])
    assert table.loc["x"].tolist() == pytest.approx([1 / 3, 2 / 3, 0])
    assert table.loc["y"].tolist() == [0, 1, 0]
    assert table.loc["z"].isna().all()


def test_confusions_of_single_answers_are_a_normalized_crosstab():
    labels, rng = [f"w{n}" for n in range(30)], np.random.default_rng(0)
    truth, answer = rng.choice(labels[:25], (2, 1000))
    counted = pd.crosstab(truth, answer).reindex(index=labels, columns=labels, fill_value=0)
    expected = counted.div(counted.sum(axis=1).replace(0, np.nan), axis=0)
    assert np.array_equal(confusions.confusions(truth, answer, labels), expected, equal_nan=True)
