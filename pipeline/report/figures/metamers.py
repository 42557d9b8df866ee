"""How far metamers of each layer are from their natural sounds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.report.figures.looks import BRANCHES, NETWORK, PALETTE
from pipeline.report.figures.style import axes_of, plain, styled


@styled
def by_layer(rows: pd.DataFrame, layers: Sequence[str]) -> Figure:
    """Draw the SNR of each metamer's cochleagram by layer, and their medians.

    rows   : layer, task, cochleagram_snr_db
    layers : in order
    """
    figure, axes = axes_of(0.9 + 0.55 * len(layers), 2.6)
    for number, (task, own) in enumerate(rows.groupby("task", sort=False)):
        color = PALETTE[BRANCHES[number % len(BRANCHES)]]
        places = np.array([layers.index(name) for name in own.layer]) + 0.12 * (number - 0.5)
        axes.plot(
            places, own.cochleagram_snr_db, "o", color=color, markersize=3, alpha=0.7, label=plain(task)
        )
    medians = rows.groupby("layer").cochleagram_snr_db.median().loc[list(layers)]
    axes.plot(range(len(layers)), medians, "_", color=NETWORK.color, markersize=14, label="median")
    axes.set_xticks(range(len(layers)), [plain(name) for name in layers], rotation=45, ha="right")
    axes.set(ylabel="SNR of the cochleagram (dB)")
    axes.legend()
    return figure
