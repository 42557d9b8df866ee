"""Accuracies that allow for chance and for the accuracy in quiet, so that two vocabularies can be compared.

    relative accuracy    (p - guess) / (p_clean - guess),  guess = answers / labels
    sensitivity          d' of a choice among as many alternatives as there are labels
    matched accuracy     of the network, had it chosen among the listeners' labels, with their d' in quiet

Each side has its own guess, labels and accuracy in quiet. Relative accuracy takes the level in quiet out, and
leaves the fall with noise; d' takes chance out, and leaves the level; matched accuracy takes both out.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from heschl.behavior.columns import RELATIVE
from heschl.behavior.conditions import Accuracies
from heschl.mixtures.row import CLEAN
from heschl.statistics import intervals
from heschl.statistics.forced_choice import clipped, dprime, share_correct


def relative(side: Accuracies, conditions: pd.DataFrame) -> Accuracies:
    """Return accuracies relative to clean ones and corrected for guessing; 0 is chance, 1 as in quiet.

    conditions : background, of each condition
    returns    : nan in clean clips, where it is 1 by definition; nan everywhere if there are no clean clips,
                 or they are not above chance. A resample is divided by its own accuracy in clean clips
    """
    clean = (conditions["background"] == CLEAN).to_numpy()
    guess = side.choice.guess

    def shares(values: np.ndarray) -> np.ndarray:
        quiet = values[..., clean].mean(-1, keepdims=True) - guess if clean.any() else np.array([np.nan])
        quiet = np.where(quiet > 0, quiet, np.nan)
        return np.where(clean, np.nan, (values - guess) / quiet)

    return side.map(shares)


def sensitivity(side: Accuracies) -> Accuracies:
    """Return d' in place of accuracies, of shares clipped at 1 / (2 trials) from 0 and 1."""
    return side.map(lambda values: dprime(clipped(values, side.trials), *side.choice))


def matched(network: Accuracies, listeners: Accuracies, conditions: pd.DataFrame) -> Accuracies:
    """Return the network's accuracies, had it their labels to choose among, and their d' in quiet.

    Each d' of the network is multiplied by the ratio of the listeners' d' to its own in clean clips, one
    ratio for all conditions (its square is an efficiency, Tanner & Birdsall 1958), and turned into the share
    correct among the listeners' labels.

    conditions : background, of each condition
    returns    : nan in clean clips, where both sides are equal by definition; nan everywhere if there are no
                 clean clips, or the network's are not above chance. A resample has its own ratio
    """
    clean = (conditions["background"] == CLEAN).to_numpy()

    def shares(own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        if not clean.any():
            return np.full(own.shape, np.nan)
        quiet = own[..., clean].mean(-1, keepdims=True)
        ratio = theirs[..., clean].mean(-1, keepdims=True) / np.where(quiet > 0, quiet, np.nan)
        return np.where(clean, np.nan, share_correct(own * ratio, *listeners.choice))

    found = sensitivity(network).map(shares, sensitivity(listeners))
    return replace(found, choice=listeners.choice)


def relative_table(
    listeners: Accuracies, network: Accuracies, conditions: pd.DataFrame, confidence: float
) -> pd.DataFrame:
    """Return relative accuracies in noise side by side, (conditions but clean).

    columns : of RELATIVE without group and task; intervals are percentiles over listeners and sources that
              are resampled together, extended to the value where they miss it
    """
    table = conditions[["background", "snr_db"]].copy()
    for name, side in (("listeners", listeners), ("network", network)):
        of = relative(side, conditions)
        low, high = intervals.percentiles(of.joint(), confidence)
        still = not of.resampled
        table[name] = of.values
        table[f"{name}_low"] = np.nan if still else np.fmin(low, of.values)
        table[f"{name}_high"] = np.nan if still else np.fmax(high, of.values)
    columns = [name for name in RELATIVE if name in table]
    return table.loc[conditions["background"] != CLEAN, columns].reset_index(drop=True)
