"""How far metamers of each layer are from their natural sounds, and what listeners recognize of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from heschl.behavior.columns import PUBLISHED
from heschl.report.figures.looks import BRANCHES, NETWORK, PALETTE, SIDES
from heschl.report.figures.style import axes_of, bars, plain, styled


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


@styled
def by_rank(heard: pd.DataFrame, people: pd.DataFrame) -> Figure:
    """Draw the share recognized against the place of the layer; 0 are the natural sounds.

    heard  : task, rank, recognized, recognized_low, recognized_high
    people : of published networks: trained, rank, people
    """
    figure, axes = axes_of(5.2, 3.0)
    look = SIDES[PUBLISHED]
    for (trained, own), line in zip(people.groupby("trained", sort=False), ("-", "--"), strict=True):
        label = f"published, {trained} training: words"
        axes.plot(own["rank"], own["people"], linestyle=line, color=look.color, label=label)
    for number, (task, own) in enumerate(heard.groupby("task", sort=False)):
        color = PALETTE[BRANCHES[number % len(BRANCHES)]]
        ends = bars(own["recognized"], own["recognized_low"], own["recognized_high"])
        axes.errorbar(own["rank"], own["recognized"], ends, color=color, marker="o", label=plain(task))
    axes.set(xlabel="place of the layer (0: natural sounds)", ylabel="share recognized", ylim=(0, 1.02))
    axes.legend()
    return figure
