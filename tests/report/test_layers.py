"""Models with the same layers are compared layer by layer."""

import pandas as pd

from heschl.report import layers
from heschl.report.figures.depth_axes import markers

NAN = float("nan")


def test_models_of_the_same_layers_share_a_panel_even_where_one_lacks_a_layer():
    models = {"a": "xyz", "network": "cd", "b": "c", "untrained": "cd", "d": "xy"}
    rows = [
        (model, layer, "", place, 0.5, NAN, NAN)
        for model, layers in models.items()
        for place, layer in enumerate(layers)
    ]
    rows = pd.DataFrame(rows, columns=["model", "layer", "branch", "depth", "value", "low", "high"])
    assert layers.families(rows) == [["network", "untrained"], ["a", "d"]]
    assert layers.single(rows) == ["b"]
    first, second = layers.tables(rows)
    assert (first["flat"]["b"]["value"], second["flat"]) == (0.5, {})
    assert second["rows"][2][1]["d"] is None
    assert markers(["network", "untrained", "a", "d"], "network") == {"a": "<", "d": ">"}
