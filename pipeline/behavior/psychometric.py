"""Psychometric functions: accuracy as a function of SNR, fitted by maximum likelihood.

    p(x) = guess + (ceiling - guess) / (1 + exp(-rate (x - threshold))),     p(clean) = ceiling

The threshold is the SNR (dB) halfway between chance and the accuracy in quiet; the slope there, in share per
dB, is rate (ceiling - guess) / 4. guess is the accuracy by chance; threshold, rate and ceiling are fitted to
the binomial counts of one background at every SNR and of the clean clips. It is the logistic function of
Wichmann & Hill 2001, whose lapse rate is 1 - ceiling.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, xlogy

STEPS = 80  # of Fisher scoring
RATES = (0.02, 5.0)  # per dB: the flattest and the steepest function that can be fitted
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
        return _predict(
            np.stack([self.threshold, np.log(self.rate), self.ceiling], 1),
            np.asarray(snr_db, float),
            self.guess,
        )[0]


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
    found = _start(hits, trials, snr_db, guess, low, high)
    value, damping = _likelihood(found, hits, trials, snr_db, guess), np.full(len(hits), 1e-3)
    for _ in range(STEPS):
        trial = np.clip(found + _step(found, hits, trials, snr_db, guess, damping, low, high), low, high)
        reached = _likelihood(trial, hits, trials, snr_db, guess)
        better = reached >= value
        found, value = np.where(better[:, None], trial, found), np.where(better, reached, value)
        damping = np.clip(np.where(better, damping / 5, damping * 4), 1e-9, 1e9)
    shares = np.divide(hits, trials, out=np.zeros_like(hits), where=trials > 0)
    full = (xlogy(hits, shares) + xlogy(trials - hits, 1 - shares)).sum(1)
    return Psychometric(found[:, 0], np.exp(found[:, 1]), found[:, 2], guess, 2 * (full - value))


def _predict(parameters: np.ndarray, snr_db: np.ndarray, guess: float) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities, (fits, conditions), and their derivatives, (fits, conditions, 3)."""
    threshold, log_rate, ceiling = (parameters[:, place, None] for place in range(3))
    rate, clean = np.exp(log_rate), np.isposinf(snr_db)
    distance = np.where(clean, 0, snr_db) - threshold
    risen = np.where(clean, 1, expit(rate * distance))
    bend = risen * (1 - risen) * (ceiling - guess) * rate
    return guess + (ceiling - guess) * risen, np.stack([-bend, bend * distance, risen], -1)


def _likelihood(
    parameters: np.ndarray, hits: np.ndarray, trials: np.ndarray, snr_db: np.ndarray, guess: float
) -> np.ndarray:
    p = np.clip(_predict(parameters, snr_db, guess)[0], 1e-9, 1 - 1e-9)
    return (hits * np.log(p) + (trials - hits) * np.log1p(-p)).sum(1)


def _step(
    parameters: np.ndarray, hits: np.ndarray, trials: np.ndarray, snr_db: np.ndarray, guess: float,
    damping: np.ndarray, low: np.ndarray, high: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Return a damped step of Fisher scoring, without the parameters that lie at a bound."""
    p, slopes = _predict(parameters, snr_db, guess)
    p = np.clip(p, 1e-9, 1 - 1e-9)
    spread = p * (1 - p)
    gradient = np.einsum("fc,fcp->fp", (hits - trials * p) / spread, slopes)
    information = np.einsum("fc,fcp,fcq->fpq", trials / spread, slopes, slopes)
    free = ~(((parameters <= low) & (gradient < 0)) | ((parameters >= high) & (gradient > 0)))
    information *= free[:, :, None] & free[:, None, :]
    diagonal = np.einsum("fpp->fp", information)
    diagonal *= 1 + damping[:, None]
    diagonal += np.where(free, 1e-9, 1)
    return np.linalg.solve(information, (gradient * free)[..., None])[..., 0]


def _start(
    hits: np.ndarray, trials: np.ndarray, snr_db: np.ndarray, guess: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Return the likeliest parameters of each fit on a grid of thresholds, rates and ceilings."""
    grids = (
        np.linspace(low[0], high[0], 25),
        np.log([0.1, 0.3, 0.8, 2.0]),
        guess + (1 - guess) * np.array([0.1, 0.3, 0.5, 0.7, 0.85, 0.97]),
    )
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*grids, indexing="ij")], 1)
    p = np.clip(_predict(grid, snr_db, guess)[0], 1e-9, 1 - 1e-9)
    values = hits @ np.log(p).T + (trials - hits) @ np.log1p(-p).T
    return grid[values.argmax(1)]
