"""Psychometric functions: accuracy as a function of SNR, fitted by maximum likelihood.

    p(x) = guess + (ceiling - guess) / (1 + exp(-rate (x - threshold))),     p(clean) = ceiling

The threshold is the SNR (dB) halfway between chance and the accuracy in quiet; the slope there, in share per
dB, is rate (ceiling - guess) / 4. guess is the accuracy by chance; threshold, rate and ceiling are fitted to
the binomial counts of one background at every SNR and of the clean clips. It is the logistic function of
Wichmann & Hill 2001, whose lapse rate is 1 - ceiling.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from heschl.behavior.likelihood import Counts, likeliest, predict

RATES = (0.02, 5.0)  # per dB: the flattest and the steepest function that can be fitted
STARTS = (0.1, 0.3, 0.8, 2.0, RATES[1])  # rates from which each fit starts
MARGIN = 1.0  # how far a threshold may lie beyond the SNRs tested, in widths of their range


@dataclass(frozen=True, eq=False)
class Psychometric:
    """Fitted functions.

    threshold : (fits,) dB
    rate      : (fits,) per dB
    ceiling   : (fits,) share, accuracy in quiet
    guess     : share, accuracy by chance
    deviance  : (fits,), twice the difference in log-likelihood between a perfect fit and this one
    """

    threshold: np.ndarray
    rate: np.ndarray
    ceiling: np.ndarray
    guess: float
    deviance: np.ndarray

    @property
    def slope(self) -> np.ndarray:
        """Return the slope at the threshold, (fits,) in share per dB."""
        return self.rate * (self.ceiling - self.guess) / 4

    def __call__(self, snr_db: np.ndarray) -> np.ndarray:
        """Return the probability of a correct answer at each SNR (dB; inf is clean): (fits, snrs)."""
        parameters = np.stack([self.threshold, np.log(self.rate), self.ceiling], 1)
        return predict(parameters, np.asarray(snr_db, float), self.guess)[0]


def fit(hits: np.ndarray, trials: np.ndarray, snr_db: np.ndarray, guess: float) -> Psychometric:
    """Fit many psychometric functions at once.

    hits, trials : (fits, conditions), correct answers and clips; whole numbers or weights
    snr_db       : (conditions,) dB; inf is clean
    guess        : share correct by chance, 0 or above and below 1
    raises       : ValueError for fewer than two SNRs, or a guess out of range
    If accuracy does not rise with SNR or is saturated, the threshold ends at a bound: beyond the SNRs tested
    by the width of their range.
    """
    hits, trials, snr_db = (np.asarray(each, float) for each in (hits, trials, snr_db))
    levels = np.unique(snr_db[np.isfinite(snr_db)])
    if len(levels) < 2 or not 0 <= guess < 1:
        raise ValueError(
            f"a psychometric function of {len(levels)} SNRs and a guess of {guess}: expected two SNRs or "
            f"more, and 0 <= guess < 1."
        )
    reach = MARGIN * (levels[-1] - levels[0])
    low = np.array([levels[0] - reach, np.log(RATES[0]), guess + 0.01 * (1 - guess)])
    high = np.array([levels[-1] + reach, np.log(RATES[1]), 1 - 1e-6])
    counts = Counts(hits, trials, snr_db, guess)
    found, value = likeliest(counts, np.stack([low, high]), np.array(STARTS))
    shares = np.divide(hits, trials, out=np.zeros_like(hits), where=trials > 0)
    full = (xlogy(hits, shares) + xlogy(trials - hits, 1 - shares)).sum(1)
    return Psychometric(found[:, 0], np.exp(found[:, 1]), found[:, 2], guess, 2 * (full - value))
