"""The smallest difference that is heard, from answers to single sounds."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import norm

CORRECT = 0.707  # share of correct comparisons that defines the threshold


def threshold(x: np.ndarray, answers: np.ndarray, largest: float) -> float:
    """Return the difference of x at which 70.7 % of comparisons of two answers are in the right order.

    All pairs of sounds are compared, by their answers; the share of pairs in which the answer to the second
    is the greater one, against the difference of their x, is fitted by a normal distribution around 0. Small
    differences weigh more, as their inverse (as Saddler & McDermott 2024 do): there the threshold is, while
    at large ones lapses decide.

    x       : of each sound;  answers : to each, such as an azimuth
    largest : what is returned if the threshold is not below it
    """
    apart = np.subtract.outer(x, x)
    order = np.subtract.outer(answers, answers)
    said = np.where(np.abs(order) < 1e-9, 0.5, (order > 0).astype(float))
    values, places = np.unique(np.round(apart[apart != 0], 9), return_inverse=True)
    share = np.bincount(places, said[apart != 0]) / np.bincount(places)

    def wrong(logarithm: float) -> float:
        return float(np.square((norm.cdf(values / np.exp(logarithm)) - share) / values).sum())

    reach = np.abs(values)
    bounds = (np.log(reach.min() / 100), np.log(100 * reach.max()))
    fitted = minimize_scalar(wrong, bounds=bounds, method="bounded")
    return min(float(np.exp(fitted.x)) * float(norm.ppf(CORRECT)), largest)
