"""Cohen's kappa of right and wrong, pooled over conditions and within them.

    kappa = (observed - expected) / (1 - expected)

observed is the share of trials that both get right or both get wrong; expected is that share for independent
errors, p q + (1 - p) (1 - q), where p and q are the accuracies.

Within conditions, kappa is sum(observed - expected) / sum(1 - expected) over conditions, each weighted by its
trials. There p q is estimated without bias, since the product of the means of a few trials contains a part of
their covariance: for trials with weights w and s = sum(w^2) / sum(w)^2 (1/n for n trials),
E[mean(a) mean(b)] = p q + s cov(a, b), so that observed - expected is divided by 1 - s.
"""

import numpy as np

SCOPES = ("pooled", "within")  # over conditions, and within them


def kappa(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cohen's kappa of right and wrong; a, b : (clips,) 0 or 1.

    returns : 1 if both err on the same clips, 0 if independently; nan if both are always right, or always
              wrong
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

    a, b        : (trials,) 1 if right, 0 if wrong
    weights     : (trials,) how often a trial counts
    group, cell : (trials,) int, below the two entries of shape
    returns     : (2, groups), in the order of SCOPES; nan where expected is 1
    """
    place, size = group * shape[1] + cell, shape[0] * shape[1]
    trials, squares, right_a, right_b, both = (
        np.bincount(place, weights * each, size).reshape(shape).astype(float)
        for each in (np.ones(len(place)), weights, a, b, a * b)
    )
    pooled = (each.sum(1, keepdims=True) for each in (trials, right_a, right_b, both))
    return np.stack([_kappa(*pooled), _kappa(trials, right_a, right_b, both, squares)])


def _kappa(
    trials: np.ndarray,
    right_a: np.ndarray,
    right_b: np.ndarray,
    both: np.ndarray,
    squares: np.ndarray | None = None,
) -> np.ndarray:
    """Return kappa of each group, (groups,), from counts, (groups, cells).

    squares : sums of the squared weights, which remove the bias of small cells
    """
    alike = trials - right_a - right_b + 2 * both
    chance = right_a * right_b + (trials - right_a) * (trials - right_b)
    expected = np.divide(chance, trials, out=np.zeros_like(chance), where=trials > 0)
    part = np.zeros_like(trials)
    if squares is not None:
        part = np.divide(squares, trials**2, out=np.ones_like(trials), where=trials > 0)
    enough = part < 1 - 1e-9  # a single trial has no covariance
    excess = np.divide(alike - expected, 1 - part, out=np.zeros_like(trials), where=enough)
    left = np.where(enough, trials - expected + excess * part, 0).sum(1)
    out = np.full(len(left), np.nan)
    return np.divide(excess.sum(1), left, out=out, where=left > 1e-9)
