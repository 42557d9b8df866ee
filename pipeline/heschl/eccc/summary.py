"""How often a network names the target, or mishears it as listeners did, beside chance.

target   its first answer is the target
first    its first answer is the listeners' confusion
among    the listeners' confusion is among its first `top` answers

Chance is given three times: if the answers were in random order; if the words were exchanged between all
clips, which keeps the words that the network answers often; and if confusions were exchanged only between
clips of the same target, which keeps what the sound of the target alone explains.
"""

import numpy as np
import pandas as pd

from heschl.eccc.answers import Answers
from heschl.statistics import intervals, resampling

DRAWS = 4999  # permutations
RESAMPLES = 2000  # of targets
COLUMNS = {
    "measure": str,
    "clips": int,
    "targets": int,  # different words
    "share": float,
    "low": float,
    "high": float,
    "chance": float,  # random order: 1 or `top` / labels
    "exchanged": float,  # mean over permutations of all clips
    "p": float,
    "exchanged_same_target": float,  # ... within targets; nan for the measure `target`
    "p_same_target": float,
}


def summary(answers: Answers, top: int, confidence: float, seed: int) -> pd.DataFrame:
    """Return the share of each measure, its interval and chance, COLUMNS; nan where no clip counts.

    top     : answers among which the confusion is looked for; at least 1
    returns : intervals are percentiles over resampled targets (`intervals.proportions`): clips of one target
              are not independent. p is the share of permutations, and of the data, with a share as high
    """
    known = answers.confusion >= 0
    every = np.ones(len(known), bool)
    measures = (
        ("target", every, answers.target, 1),
        ("first", known, answers.confusion, 1),
        ("among", known, answers.confusion, top),
    )
    rows = []
    for number, (name, chosen, wanted, last) in enumerate(measures):
        within, wanted, target = answers.ranks[chosen] <= last, wanted[chosen], answers.target[chosen]
        row = {"measure": name, "chance": min(1.0, last / answers.ranks.shape[1])}
        row |= _measure(within, wanted, target, confidence, [seed, number])
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _measure(
    within: np.ndarray, wanted: np.ndarray, target: np.ndarray, confidence: float, seed: list[int]
) -> dict[str, float]:
    """Return the values of one measure, except `chance`.

    within : (clips, labels) bool, whether a label counts as a hit in a clip
    wanted : (clips,) int, the label that is looked for; target : (clips,) int
    """
    units, targets = np.unique(target, return_inverse=True)
    found: dict[str, float] = {"clips": len(wanted), "targets": len(units)}
    if not len(wanted):
        return found
    hits = within[np.arange(len(wanted)), wanted].astype(float)
    drawn = resampling.counts(len(units), RESAMPLES, np.random.SeedSequence(seed))
    ends = intervals.proportions(hits, np.zeros(len(hits), int), targets, drawn, 1, confidence)
    found |= {name: float(value[0]) for name, value in zip(("share", "low", "high"), ends, strict=True)}
    found["exchanged"], found["p"] = exchanged(within, wanted, np.zeros_like(targets), [*seed, 0])
    if (wanted != target).any():
        found["exchanged_same_target"], found["p_same_target"] = exchanged(
            within, wanted, targets, [*seed, 1]
        )
    return found


def exchanged(
    within: np.ndarray, wanted: np.ndarray, groups: np.ndarray, seed: list[int], draws: int = DRAWS
) -> tuple[float, float]:
    """Return the mean share of hits if the wanted labels are exchanged within groups of clips, and its p.

    within  : (clips, labels) bool, whether a label counts as a hit in a clip
    wanted  : (clips,) int, label; groups : (clips,) int
    returns : p, the share of permutations, and of the data, with at least as many hits
    """
    rng, clips = np.random.default_rng(seed), np.arange(len(wanted))
    into = np.argsort(groups, kind="stable")
    hits = np.empty(draws, int)
    for draw in range(draws):
        permuted = np.empty_like(wanted)
        permuted[into] = wanted[np.lexsort((rng.random(len(wanted)), groups))]
        hits[draw] = within[clips, permuted].sum()
    p = (1 + np.sum(hits >= within[clips, wanted].sum())) / (1 + draws)
    return float(hits.mean() / len(wanted)), float(p)
