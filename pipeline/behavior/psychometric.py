"""Psychometric functions: accuracy against SNR, by maximum likelihood.

    p(x) = guess + (ceiling - guess) / (1 + exp(-rate (x - threshold))),     p(clean) = ceiling

The threshold is the SNR (dB) half-way between guessing and the accuracy in quiet; the slope there, in share a dB, is
rate (ceiling - guess) / 4. guess is what chance gives; threshold, rate and ceiling are fitted to the clips of one background at every
SNR and the clean ones, as binomial. (The logistic function of Wichmann & Hill 2001, its lapses being 1 - ceiling.)
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, xlogy

STEPS = 80
RATES = (0.02, 5.0)  # per dB: bounds of what is told from a flat line, and from a step
MARGIN = 1.0  # how far beyond the SNRs tested a threshold may lie, in widths of their range


@dataclass(frozen=True, eq=False)
class Psychometric:
    """Fitted functions, one an entry of each array.

    threshold : (fits,) dB;  slope : (fits,) share a dB, at the threshold;  rate : (fits,) per dB;  ceiling : (fits,) share
    guess     : share
    deviance  : (fits,), twice the log-likelihood that the fit falls short of its data
    """

    threshold: np.ndarray
    rate: np.ndarray
    ceiling: np.ndarray
    guess: float
    deviance: np.ndarray

    @property
    def slope(self) -> np.ndarray:
        """Return the slope at the threshold, in share a dB."""
        return self.rate * (self.ceiling - self.guess) / 4

    def __call__(self, snr_db: np.ndarray) -> np.ndarray:
        """Return the probability of a right answer at each SNR (dB; inf is clean): (fits, snrs)."""
        return _predict(
            np.stack([self.threshold, np.log(self.rate), self.ceiling], 1),
            np.asarray(snr_db, float),
            self.guess,
        )[0]


def fit(hits: np.ndarray, trials: np.ndarray, snr_db: np.ndarray, guess: float) -> Psychometric:
    """Fit psychometric functions, all at once.

    hits, trials : (fits, conditions), right answers and clips; whole numbers or weights
    snr_db       : (conditions,) dB; inf is clean
    guess        : share that chance gives, from 0 to below 1
    raises       : ValueError for fewer than two SNRs, or a guess out of range
    Where accuracy does not rise with SNR, or is saturated, no SNR is a threshold: it ends at a bound, a range's width beyond those tested.
    """
    hits, trials, snr_db = (np.asarray(each, float) for each in (hits, trials, snr_db))
    levels = np.unique(snr_db[np.isfinite(snr_db)])
    if len(levels) < 2 or not 0 <= guess < 1:
        raise ValueError(
            f"a psychometric function of {len(levels)} SNRs and a guess of {guess}: expected two SNRs and 0 <= guess < 1."
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
    """Return the probabilities, (fits, conditions), and their derivatives by each parameter, (fits, conditions, 3)."""
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
    """Return a damped step of Fisher scoring; parameters that a bound holds stay out of it."""
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
    """Return for each fit the likeliest of a grid of thresholds, rates and ceilings."""
    grids = (
        np.linspace(low[0], high[0], 25),
        np.log([0.1, 0.3, 0.8, 2.0]),
        guess + (1 - guess) * np.array([0.1, 0.3, 0.5, 0.7, 0.85, 0.97]),
    )
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*grids, indexing="ij")], 1)
    p = np.clip(_predict(grid, snr_db, guess)[0], 1e-9, 1 - 1e-9)
    values = hits @ np.log(p).T + (trials - hits) @ np.log1p(-p).T
    return grid[values.argmax(1)]
