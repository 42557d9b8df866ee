"""Plain words on a readout follow from its intervals."""

import pandas as pd
import pytest

from heschl.report.text import decode as about_layers

NAN = float("nan")


def readout(network, untrained, shuffled=(0.1, 0.05, 0.15), chance=0.1):
    """Return rows of two layers: value, low, high of each model at the second, chance at the first."""
    rows = [
        (model, layer, place, *(value if place else (chance, chance, chance)), chance, "accuracy", "")
        for model, value in (("network", network), ("untrained", untrained), ("shuffled", shuffled))
        for place, layer in enumerate(("input", "top"))
    ]
    return pd.DataFrame(
        rows, columns=["model", "layer", "depth", "value", "low", "high", "chance", "measure", "branch"]
    )


@pytest.mark.parametrize(
    ("network", "untrained", "said"),
    [
        (
            (0.5, 0.4, 0.6),
            (0.2, 0.1, 0.3),
            "Accuracy rises from 10 % at input. "
            "This network has learned it: no layer without training reaches it.",
        ),
        (
            (0.5, 0.4, 0.6),
            (0.5, 0.3, 0.5),
            "Accuracy rises from 10 % at input. It is unclear whether training this network added to it: the "
            "interval overlaps that of top of the untrained network.",
        ),
        (
            (0.5, 0.4, 0.6),
            (0.9, 0.8, 1.0),
            "Accuracy rises from 10 % at input. "
            "In this network, training removed some of it: top of the untrained network "
            "gives more.",
        ),
        (
            (0.16, 0.12, 0.2),
            (0.1, 0.1, 0.1),
            "No layer differs from chance: every interval reaches chance, or the score of shuffled labels.",
        ),
        (
            (NAN, NAN, NAN),
            (0.1, 0.1, 0.1),
            "No layer differs from chance: every interval reaches chance, or the score of shuffled labels.",
        ),
    ],
)
def test_plain_words(network, untrained, said):
    assert about_layers.explained(readout(network, untrained)).replace("\u202f", " ").startswith(said)


def test_a_layer_that_is_told_from_chance_though_the_best_is_not():
    rows = readout((0.5, 0.05, 0.95), (0.1, 0.1, 0.1))
    rows.loc[(rows.model == "network") & (rows.layer == "input"), ["value", "low", "high"]] = 0.4, 0.3, 0.5
    assert about_layers.explained(rows).startswith(
        "Above chance: input. top scores highest, but its interval reaches chance or the score of shuffled "
        "labels."
    )


def test_a_readout_without_numbers_says_so():
    none = readout((NAN,) * 3, (NAN,) * 3).query("model == 'network'").assign(value=NAN)
    said = "Tempos are not decoded: no layer of this network has a score."
    assert about_layers.sentence(none, "tempo") == said
    assert about_layers.explained(none) == ""
