"""Ridge regression of many targets at once on few sounds, each with its own penalty, chosen by leave-one-out.

Let K = X X^T = Q diag(l) Q^T, where X holds the features minus their mean over the fitted sounds, and let
G = K + a I for a penalty a. Then

    prediction of new sounds    k G^-1 y               k: their centered kernel with the fitted sounds
    left-out error of sound i   (G^-1 y)_i / (G^-1)_ii

The latter is finite also where the fit interpolates, unlike the equivalent (y - yhat) / (1 - h). One
decomposition of a split serves all targets and penalties (Rifkin & Lippert 2007, "Notes on regularized least
squares").
"""

from typing import NamedTuple

import numpy as np
from scipy import linalg

CHUNK = 256  # targets at a time, so that intermediate results stay in the processor's cache
TIE = 1e-10  # relative difference below which two errors count as equal


class Penalties(NamedTuple):
    """Penalties to choose from."""

    values: tuple[float, ...]  # above 0; inf predicts the mean of the fitted sounds
    relative: bool  # in units of the mean diagonal of the fitted sounds' centered kernel


RELATIVE = Penalties((*np.logspace(-10, 4, 29).tolist(), np.inf), relative=True)
# Kell et al. 2018; Tuckute et al. 2023
PUBLISHED = Penalties(tuple(10.0**power for power in range(-50, 50)), relative=False)


class Fitted(NamedTuple):
    """Predictions of the sounds that score, and how they were regularized."""

    predictions: np.ndarray  # (score, targets), in the units of the responses
    penalty: np.ndarray  # (targets,), one of the given values
    error: np.ndarray  # (targets,), mean squared leave-one-out error at that penalty


def gram(features: np.ndarray) -> np.ndarray:
    """Return X X^T of the features minus their mean, (sounds, sounds) float64; features : (sounds, units).

    In float32, one target in twenty would get another penalty.
    """
    centered = features.astype(np.float64)
    centered -= centered.mean(axis=0)
    return centered @ centered.T


class Ridge:
    """The regression of one split, decomposed for the sounds that are fitted.

    gram       : (sounds, sounds), of all sounds, as `gram` returns
    fit, score : indices of the sounds to fit and to predict
    raises     : ValueError where fewer than three sounds are fitted
    """

    def __init__(self, gram: np.ndarray, fit: np.ndarray, score: np.ndarray) -> None:
        if len(fit) < 3:
            raise ValueError(f"{len(fit)} sounds to fit; expected at least 3.")
        inner, outer = gram[np.ix_(fit, fit)], gram[np.ix_(score, fit)]
        # Householder reflection: I - 2 m m^T maps the mean, which is not penalized, to axis 0
        mirror = np.full(len(fit), 1 / np.sqrt(len(fit)))
        mirror[0] += 1
        mirror /= np.linalg.norm(mirror)
        turned = inner - 2 * np.outer(inner @ mirror, mirror)
        turned -= 2 * np.outer(mirror, mirror @ turned)
        values, vectors = linalg.eigh(turned[1:, 1:])
        noise = len(fit) * np.finfo(float).eps * max(values[-1], 0)
        self.values = np.where(values > noise, values, 0.0)  # (fit - 1,)
        padded = np.vstack([np.zeros(len(vectors)), vectors])
        self.vectors = padded - 2 * np.outer(mirror, mirror[1:] @ vectors)  # (fit, fit - 1)
        projected = (outer - inner.mean(axis=0)) @ self.vectors
        self.projected = np.where(self.values > 0, projected, 0.0)  # (score, fit - 1)
        self.unit = self.values.sum() / len(fit)

    def fit(self, responses: np.ndarray, penalties: Penalties = RELATIVE) -> Fitted:
        """Fit each target with the penalty of least leave-one-out error; among equals, the largest.

        responses : (fit, targets)
        raises    : ValueError where a penalty is not above 0
        """
        given = np.sort(np.asarray(penalties.values, float))[::-1]
        if not len(given) or not given[-1] > 0:
            raise ValueError(f"penalties {penalties.values}: expected at least one, all above 0.")
        still = not self.unit > 0  # features that do not vary predict the mean
        absolute = (
            np.full_like(given, np.inf) if still else given * (self.unit if penalties.relative else 1.0)
        )
        means = responses.mean(axis=0)
        rotated = self.vectors.T @ (responses - means)  # (fit - 1, targets)
        chosen, error = self._choose(rotated, absolute)
        weights = 1 / (self.values[:, None] + absolute[chosen])
        return Fitted(self.projected @ (weights * rotated) + means, given[chosen], error)

    def _choose(self, rotated: np.ndarray, penalties: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the index of the best of the penalties, which fall, and its error, for each target."""
        shrunk = 1 / (1 + self.values / penalties[:, None])  # (penalties, fit - 1): (l + a)^-1, times a
        diagonal = shrunk @ (self.vectors**2).T  # (penalties, fit)
        left_out = self.vectors * shrunk[:, None] / diagonal[..., None]  # (penalties, fit, fit - 1)
        stacked = left_out.reshape(-1, left_out.shape[-1])
        chosen, least = np.empty(rotated.shape[1], int), np.empty(rotated.shape[1])
        for start in range(0, rotated.shape[1], CHUNK):
            part = slice(start, start + CHUNK)
            found = (stacked @ rotated[:, part]).reshape(*left_out.shape[:2], -1)
            errors = np.einsum("pst,pst->pt", found, found) / left_out.shape[1]
            chosen[part] = np.argmax(errors <= errors.min(axis=0) * (1 + TIE), axis=0)
            least[part] = np.take_along_axis(errors, chosen[None, part], axis=0)[0]
        return chosen, least
