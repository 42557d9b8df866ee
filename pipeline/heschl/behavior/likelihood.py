"""The likelihood of psychometric functions, and its highest maximum, for many functions at once.

parameters   : (fits, 3): threshold (dB), logarithm of the rate (per dB), ceiling (share)
hits, trials : (fits, conditions), correct answers and clips
snr_db       : (conditions,) dB; inf is clean
guess        : share correct by chance
bounds       : (2, 3), the lowest and the highest parameters

With few trials the likelihood has several maxima, so each fit starts from several rates.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

STEPS = 80  # of Fisher scoring, at most
SETTLED = 1e-9  # gain in log-likelihood below which a step is the last one
DAMPING = (1e-9, 1e9)  # least and largest; a fit that needs more does not get any better
SURE = 1e-9  # the least and, from 1, the largest probability
PART = 1024  # fits whose starts are computed at a time
THRESHOLDS = 49  # in the grid of starts
CEILINGS = np.array([0.05, *np.arange(0.1, 0.95, 0.1), 0.97])  # in that grid, as shares of the range


class Counts(NamedTuple):
    """The data of many fits; see the module."""

    hits: np.ndarray
    trials: np.ndarray
    snr_db: np.ndarray
    guess: float

    def of(self, fits: np.ndarray | slice) -> "Counts":
        """Return the data of some of the fits."""
        return self._replace(hits=self.hits[fits], trials=self.trials[fits])


def predict(parameters: np.ndarray, snr_db: np.ndarray, guess: float) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities, (fits, conditions), and their derivatives, (fits, conditions, 3)."""
    threshold, log_rate, ceiling = (parameters[:, place, None] for place in range(3))
    rate, clean = np.exp(log_rate), np.isposinf(snr_db)
    distance = np.where(clean, 0, snr_db) - threshold
    risen = np.where(clean, 1, expit(rate * distance))
    bend = risen * (1 - risen) * (ceiling - guess) * rate
    return guess + (ceiling - guess) * risen, np.stack([-bend, bend * distance, risen], -1)


def log_likelihood(parameters: np.ndarray, counts: Counts) -> np.ndarray:
    """Return the log-likelihood of each fit, (fits,), without the binomial coefficients."""
    p = np.clip(predict(parameters, counts.snr_db, counts.guess)[0], SURE, 1 - SURE)
    return (counts.hits * np.log(p) + (counts.trials - counts.hits) * np.log1p(-p)).sum(1)


def likeliest(counts: Counts, bounds: np.ndarray, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the parameters of each fit, (fits, 3), and their log-likelihood, (fits,).

    rates : (starts,) per dB, from each of which every fit climbs; the highest maximum counts
    """
    parts = [slice(start, start + PART) for start in range(0, len(counts.hits), PART)]
    found = [_likeliest(counts.of(part), bounds, rates) for part in parts]
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _likeliest(counts: Counts, bounds: np.ndarray, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    every = np.arange(len(counts.hits))
    starts = _starts(counts, bounds, rates)
    found = _climb(starts.reshape(-1, 3), counts.of(np.repeat(every, len(rates))), bounds)
    values = found[1].reshape(len(every), -1)
    best = every, values.argmax(1)
    return found[0].reshape(starts.shape)[best], values[best]


def _starts(counts: Counts, bounds: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return, for each rate, the likeliest threshold and ceiling on a grid: (fits, rates, 3)."""
    low, high = bounds
    ceilings = np.r_[low[2], counts.guess + (1 - counts.guess) * CEILINGS, high[2]]
    axes = np.log(rates), np.linspace(low[0], high[0], THRESHOLDS), ceilings
    log_rate, threshold, ceiling = np.meshgrid(*axes, indexing="ij")
    grid = np.stack([threshold, log_rate, ceiling], -1).reshape(len(rates), -1, 3)
    p = predict(grid.reshape(-1, 3), counts.snr_db, counts.guess)[0]
    p = np.clip(p, SURE, 1 - SURE)
    values = counts.hits @ np.log(p).T + (counts.trials - counts.hits) @ np.log1p(-p).T
    best = values.reshape(len(values), len(rates), -1).argmax(2)
    return grid[np.arange(len(rates)), best]


def _climb(start: np.ndarray, counts: Counts, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the maxima above `start`, (fits, 3), and their log-likelihoods, by damped Fisher scoring."""
    found, value = start.copy(), log_likelihood(start, counts)
    damping, climbing = np.full(len(found), 1e-3), np.arange(len(found))
    for _ in range(STEPS):
        here, data, damped = found[climbing], counts.of(climbing), damping[climbing]
        trial = np.clip(here + _step(here, data, damped, bounds), *bounds)
        gain = log_likelihood(trial, data) - value[climbing]
        better = gain >= 0
        found[climbing[better]] = trial[better]
        value[climbing[better]] += gain[better]
        damped = np.clip(np.where(better, damped / 5, damped * 4), *DAMPING)
        damping[climbing] = damped
        climbing = climbing[~(better & (gain < SETTLED)) & (damped < DAMPING[1])]
    return found, value


def _step(parameters: np.ndarray, counts: Counts, damping: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Return a damped step of Fisher scoring, without the parameters that lie at a bound."""
    p, slopes = predict(parameters, counts.snr_db, counts.guess)
    p = np.clip(p, SURE, 1 - SURE)
    spread, (low, high) = p * (1 - p), bounds
    gradient = np.einsum("fc,fcp->fp", (counts.hits - counts.trials * p) / spread, slopes)
    information = np.einsum("fc,fcp,fcq->fpq", counts.trials / spread, slopes, slopes)
    free = ~(((parameters <= low) & (gradient < 0)) | ((parameters >= high) & (gradient > 0)))
    information *= free[:, :, None] & free[:, None, :]
    diagonal = np.einsum("fpp->fp", information)
    diagonal *= 1 + damping[:, None]
    diagonal += np.where(free, 1e-9, 1)
    return np.linalg.solve(information, (gradient * free)[..., None])[..., 0]
