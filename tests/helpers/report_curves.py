"""SYNTHETIC points and fits, and the lines of a figure by name."""

import numpy as np
import pandas as pd

POINTS = pd.DataFrame(
    [
        ("network", "clean", np.nan, 0.80, 0.75, 0.85),
        ("network", "scene", 3.0, 0.60, 0.50, 0.70),
        ("network", "scene", -9.0, 0.20, 0.12, 0.30),
        ("network", "babble8", -9.0, 0.05, 0.01, 0.15),
        ("network", "babble8", 3.0, 0.50, 0.40, 0.60),
        ("published", "clean", np.nan, 0.90, 0.85, 0.95),
        ("published", "scene", -9.0, 0.30, 0.25, 0.35),
        ("published", "scene", 3.0, 0.70, 0.65, 0.75),
    ],
    columns=["side", "background", "snr_db", "value", "low", "high"],
)


FITS = pd.DataFrame(
    [
        ("network", "scene", -2.0, -4.0, 1.0, 0.5, 0.8, 0.05, True, -9.0, 3.0),
        ("network", "babble8", 5.0, 2.0, 8.0, 0.5, 0.8, 0.05, False, -9.0, 3.0),
        ("published", "scene", -6.0, -7.0, -5.0, 0.5, 0.9, 0.0, True, -9.0, 3.0),
    ],
    columns=[
        "side",
        "background",
        "threshold_db",
        "threshold_low",
        "threshold_high",
        "rate",
        "ceiling",
        "guess",
        "tested",
        "levels_low",
        "levels_high",
    ],
)


NONE = FITS[:0]


def lines(figure, axes=None):
    """Return the drawn lines and error bars by their legend's name."""
    axes = axes or figure.axes[0]
    named = {bars.get_label(): bars.lines[0] for bars in axes.containers}
    return named | {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def hidden(figure, label):
    """Return the lines that no legend shows, of one label."""
    return [line for line in figure.axes[0].lines if line.get_label() == label]
