"""Sensitivity d' in a choice among m alternatives, from the share correct, and back.

The alternatives evoke independent normal values with variance 1: the true one has mean d', the others 0. The
observer gives the alternatives with the highest values as answers (Green & Swets 1966; Hacker & Ratcliff
1979):

    share correct = integral of phi(x - d') I(x) dx,
    I(x) = P(at most `answers` - 1 of the m - 1 others exceed x) = B(Phi(x); m - answers, answers)

with phi and Phi the density and the distribution of the standard normal, and B the regularized incomplete
beta function. With one answer I(x) is Phi(x)^(m - 1).
"""

import numpy as np
from scipy import special
from scipy.interpolate import PchipInterpolator

RANGE = (-6.0, 12.0)  # of d' that are tabulated
STEP = 0.02  # between them
LEAST = 1e-12  # distance from 0 and 1 of the shares that are tabulated
NODES = np.linspace(-9, 9, 181)  # of the trapezoidal rule, which is exact to rounding for such an integrand
WEIGHTS = np.exp(-(NODES**2) / 2) / np.sqrt(2 * np.pi) * (NODES[1] - NODES[0])


def share_correct(dprime: np.ndarray | float, labels: int, answers: int = 1) -> np.ndarray:
    """Return the share correct, shape of `dprime`.

    labels  : m, the number of alternatives; above answers
    answers : how many are given; correct if the true one is among them
    """
    x = np.asarray(dprime, float)[..., None] + NODES
    return special.betainc(labels - answers, answers, special.ndtr(x)) @ WEIGHTS


def dprime(share: np.ndarray, labels: int, answers: int = 1) -> np.ndarray:
    """Return the d' at which the share correct is `share`; negative below chance, answers / labels.

    share   : 0 to 1; nan stays nan. Clip it before (`clipped`): d' is infinite at 0 and 1
    returns : shape of `share`; nan where there are not more labels than answers
    """
    share = np.asarray(share, float)
    if labels <= answers:
        return np.full(share.shape, np.nan)
    grid = np.arange(RANGE[0], RANGE[1] + STEP / 2, STEP)
    shares = share_correct(grid, labels, answers)
    used = (shares > LEAST) & (shares < 1 - LEAST)
    grid, shares = grid[used], shares[used]
    inverse = PchipInterpolator(special.ndtri(shares), grid)  # of the probit, which is nearly linear in d'
    return inverse(special.ndtri(np.clip(share, shares[0], shares[-1])))


def clipped(share: np.ndarray, trials: np.ndarray | float) -> np.ndarray:
    """Return shares at least 1 / (2 trials) from 0 and from 1 (Macmillan & Kaplan 1985); nan stays nan."""
    least = 0.5 / np.asarray(trials, float)
    return np.clip(share, least, 1 - least)
