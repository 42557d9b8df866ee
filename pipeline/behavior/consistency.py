"""Error consistency: do two listeners, or a listener and a network, err on the same clips? (Geirhos, Meding & Wichmann 2020.)

    kappa = (observed - expected) / (1 - expected)       Cohen's, of right and wrong

observed is the share of clips that both get right or both wrong; expected is what two with these accuracies share by chance,
p q + (1 - p) (1 - q). Pooled over easy and hard conditions kappa is high for anyone who finds the same conditions hard; within
conditions, sum(observed - expected) / sum(1 - expected) over conditions, each weighted by its clips, it is clip by clip. There p q is
estimated without bias: with few clips a condition the product of the two means holds a part of what is shared. With weights w of
the trials and s = sum(w^2) / sum(w)^2 (1/n of n trials), E[mean(a) mean(b)] = p q + s cov(a, b): observed - expected is divided by 1 - s.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from pipeline.behavior.accuracy import BehaviorParams
from pipeline.behavior.pairs import draws, interval, paired

SHARED = 20  # clips that two must have in common
PAIRS = 500  # of persons; of more, so many are drawn
KINDS = ("pooled", "within")
COLUMNS = ["task", "between", "conditions", "kappa", "kappa_low", "kappa_high", "n"]


def kappa(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cohen's kappa of right and wrong.

    a, b    : (clips,) 0 or 1
    returns : 1 if both err on the same clips, 0 if independently; nan where both are always right, or both always wrong
    """
    nothing = np.zeros(len(a), int)
    return float(kappas(a, b, nothing, nothing, np.ones(len(a)), (1, 1))[0, 0])


def kappas(
    a: np.ndarray,
    b: np.ndarray,
    group: np.ndarray,
    cell: np.ndarray,
    weights: np.ndarray,
    shape: tuple[int, int],
) -> np.ndarray:
    """Return kappa of each group, pooled over its cells and within them.

    a, b, weights : (trials,): right or wrong, and how often a trial counts
    group, cell   : (trials,) int below shape
    returns       : (2, groups), in the order of KINDS; nan where chance leaves nothing to agree on
    """
    place, size = group * shape[1] + cell, shape[0] * shape[1]
    trials, squares, right_a, right_b, both = (
        np.bincount(place, weights * each, size).reshape(shape).astype(float)
        for each in (np.ones(len(place)), weights, a, b, a * b)
    )
    pooled = (each.sum(1, keepdims=True) for each in (trials, right_a, right_b, both))
    return np.stack([_kappa(*pooled), _kappa(trials, right_a, right_b, both, squares)])


def consistency(table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return how consistent the errors of network and persons are, beside those of persons among themselves.

    table, clips : as `paired`
    columns : task, between (network-person, person-person), conditions (pooled, within), kappa, kappa_low, kappa_high, n (persons, or
              pairs of persons)
    kappa is the mean over persons, or pairs, each on the clips that both heard, if at least 20. Intervals are normal, by a bootstrap
    of persons and of sources: `pairing`. Without two such persons, person-person is nan.
    """
    rows = []
    for task, both in paired(table, clips, params):
        people, units = draws(both, params)
        both = both[both.groupby("person")["clip"].transform("size") >= SHARED]
        a, b, person, cell, unit = (
            both[name].to_numpy() for name in ("hit", "correct", "person", "cell", "unit")
        )
        names, group = np.unique(person, return_inverse=True)
        rows += _rows(
            task, "network-person", (a, b, group, cell, unit), people[:, names].astype(float), units, params
        )
        rows += _rows(task, "person-person", *_pairs(both, people, params), units, params)
    return pd.DataFrame(rows, columns=COLUMNS)


def _pairs(both: pd.DataFrame, people: np.ndarray, params: BehaviorParams) -> tuple[np.ndarray, np.ndarray]:
    """Return the clips that two persons share, and how often each pair of them is drawn.

    returns : a, b, pair, cell, unit, (5, trials) int; (resamples, pairs)
    """
    columns = ["correct", "cell", "unit"]
    heard = {
        person: (rows["item"].to_numpy(), rows[columns].to_numpy(int))
        for person, rows in both.groupby("person")
    }
    parts, drawn = [np.zeros((5, 0), int)], []
    for one, other in _sharing(both, params):
        _, here, there = np.intersect1d(
            heard[one][0], heard[other][0], assume_unique=True, return_indices=True
        )
        first, cell, unit = heard[one][1][here].T
        parts.append(np.stack([first, heard[other][1][there, 0], np.full(len(here), len(drawn)), cell, unit]))
        drawn.append(people[:, one].astype(float) * people[:, other])
    return np.concatenate(parts, axis=1), np.array(drawn, float).reshape(len(drawn), params.resamples).T


def _sharing(both: pd.DataFrame, params: BehaviorParams) -> np.ndarray:
    """Return pairs of persons with clips enough in common, (pairs, 2): all of them, or 500 at random."""
    shape = (both["person"].max() + 1, both["item"].max() + 1) if len(both) else (1, 1)
    heard = sparse.csr_matrix((np.ones(len(both)), (both["person"], both["item"])), shape)
    pairs = np.argwhere(np.triu((heard @ heard.T).toarray() >= SHARED, 1))
    chosen = np.random.default_rng([params.seed, 3]).choice(len(pairs), min(PAIRS, len(pairs)), replace=False)
    return pairs[np.sort(chosen)]


def _rows(
    task: str,
    between: str,
    trials: Sequence[np.ndarray],
    drawn: np.ndarray,
    units: np.ndarray,
    params: BehaviorParams,
) -> list[dict]:
    """Return the rows of one task; drawn : (resamples, groups), how often each person or pair counts; units : (resamples, units)."""
    a, b, group, cell, unit = trials
    shape = (drawn.shape[1], int(cell.max()) + 1 if len(cell) else 1)
    each_kappa = kappas(a, b, group, cell, np.ones(len(a)), shape)
    found = _mean(each_kappa, np.ones(drawn.shape[1]))
    persons = np.array([_mean(each_kappa, each) for each in drawn])
    sources = np.array(
        [_mean(kappas(a, b, group, cell, each[unit], shape), np.ones(drawn.shape[1])) for each in units]
    )
    rows = []
    for place, kind in enumerate(KINDS):
        low, high = interval(found[place], (persons[:, place], sources[:, place]), params.confidence)
        ends = {"kappa": found[place], "kappa_low": max(low, -1.0), "kappa_high": min(high, 1.0)}
        rows.append(
            {"task": task, "between": between, "conditions": kind}
            | ends
            | {"n": int(np.isfinite(each_kappa[place]).sum())}
        )
    return rows


def _mean(values: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the mean over groups, each counted as often as drawn; values : (2, groups)."""
    kept = np.isfinite(values) * drawn
    total = kept.sum(1)
    return np.divide(
        (np.nan_to_num(values) * kept).sum(1), total, out=np.full(len(total), np.nan), where=total > 0
    )


def _kappa(
    trials: np.ndarray,
    right_a: np.ndarray,
    right_b: np.ndarray,
    both: np.ndarray,
    squares: np.ndarray | None = None,
) -> np.ndarray:
    """Return kappa of each group from counts, (groups, cells); with the sums of squared weights, without bias where cells are small."""
    alike = trials - right_a - right_b + 2 * both
    chance = right_a * right_b + (trials - right_a) * (trials - right_b)
    expected = np.divide(chance, trials, out=np.zeros_like(chance), where=trials > 0)
    part = (
        np.divide(squares, trials**2, out=np.ones_like(trials), where=trials > 0)
        if squares is not None
        else np.zeros_like(trials)
    )
    enough = part < 1 - 1e-9  # one trial tells nothing of what is shared
    excess = np.divide(alike - expected, 1 - part, out=np.zeros_like(trials), where=enough)
    left = np.where(enough, trials - expected + excess * part, 0).sum(1)
    out = np.full(len(left), np.nan)
    return np.divide(excess.sum(1), left, out=out, where=left > 1e-9)
