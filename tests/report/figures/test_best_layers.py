"""Bars are the shares of the best layers."""

import pandas as pd
import pytest

from heschl.report.figures import best_layers
from heschl.report.text import encode as about_regions
from tests.helpers import layers_tables


def test_bars_are_the_shares_of_the_best_layers(encoded):
    rows = pd.DataFrame(
        [
            ("A1", "conv1", "", 2, 0.5),
            ("A1", "word.fc5", "word", 14, 0.2),
            ("A1", "genre.fc5", "genre", 14, 0.1),
            ("B", "conv1", "", 2, 0.0),
        ],
        columns=["region", "layer", "branch", "depth", "share"],
    )
    every = pd.DataFrame(layers_tables.NETWORK, columns=["layer", "branch", "depth"])
    first, second = best_layers.histogram(rows, every).axes
    bars = {each.get_label(): [(bar.get_y(), bar.get_height()) for bar in each] for each in first.containers}
    assert bars["trunk"] == [(0, 0.5)]
    assert bars["genre"] == [(pytest.approx(0.2), pytest.approx(0.1))]
    assert bars["none"] == [(0, pytest.approx(0.2))]
    assert second.containers[-1][0].get_height() == 1
    assert [tick.get_text() for tick in second.get_xticklabels()][-2:] == ["readout", "none"]
    assert about_regions.best_layers(rows).replace("\u202f", " ") == "A1: conv1 (50 %); B: none"
