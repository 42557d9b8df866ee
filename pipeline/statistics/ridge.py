"""Ridge regression of many targets at once on few sounds, the penalty of each chosen by leave-one-out.

K = X X^T of the features, centred with the mean of the sounds that are fitted, = Q diag(l) Q^T.  With G = K + a I, for a penalty a:

    prediction of new sounds    k G^-1 y                       (k: their centred kernel with the fitted sounds)
    left-out error of sound i   (G^-1 y)_i / (G^-1)_ii         (which is finite where the fit interpolates, unlike (y - yhat) / (1 - h))

One decomposition of a split serves all targets and penalties: Rifkin & Lippert 2007, "Notes on regularized least squares".
"""

from typing import NamedTuple

import numpy as np
from scipy import linalg

CHUNK = 256  # targets at a time: what is computed of them stays in the processor's cache
TIE = 1e-10  # relative difference below which two errors are the same


class Penalties(NamedTuple):
    """Penalties to choose from."""

    values: tuple[float, ...]  # above 0; inf predicts the mean of the fitted sounds
    relative: bool  # whether to the mean diagonal of the centred kernel of the fitted sounds


RELATIVE = Penalties((*np.logspace(-10, 4, 29).tolist(), np.inf), relative=True)
PUBLISHED = Penalties(
    tuple(10.0**power for power in range(-50, 50)), relative=False
)  # Kell et al. 2018; Tuckute et al. 2023


class Fitted(NamedTuple):
    """What was predicted."""

    predictions: np.ndarray  # (score, targets), in the units of the responses
    penalty: np.ndarray  # (targets,), of those that were given
    error: np.ndarray  # (targets,), mean squared error of the sounds left out, at that penalty


def gram(features: np.ndarray) -> np.ndarray:
    """Return X X^T of features (sounds, units), less their mean, in float64: in float32 one target in twenty gets another penalty."""
    centred = features.astype(np.float64)
    centred -= centred.mean(axis=0)
    return centred @ centred.T


class Ridge:
    """The regression of a split: `gram` of all sounds, (sounds, sounds), decomposed for those that are fitted.

    fit, score : (sounds,) indices of the sounds to fit and to predict
    raises     : ValueError where fewer than three sounds are fitted
    """

    def __init__(self, gram: np.ndarray, fit: np.ndarray, score: np.ndarray):
        if len(fit) < 3:
            raise ValueError(f"{len(fit)} sounds to fit; expected at least 3.")
        inner, outer = gram[np.ix_(fit, fit)], gram[np.ix_(score, fit)]
        mirror = np.full(
            len(fit), 1 / np.sqrt(len(fit))
        )  # Householder's: I - 2 m m^T turns the mean, which has no penalty, into axis 0
        mirror[0] += 1
        mirror /= np.linalg.norm(mirror)
        turned = inner - 2 * np.outer(inner @ mirror, mirror)
        turned -= 2 * np.outer(mirror, mirror @ turned)
        values, vectors = linalg.eigh(turned[1:, 1:])
        noise = len(fit) * np.finfo(float).eps * max(values[-1], 0)
        self.values = np.where(values > noise, values, 0.0)  # (fit - 1,)
        self.vectors = np.vstack([np.zeros(len(vectors)), vectors]) - 2 * np.outer(
            mirror, mirror[1:] @ vectors
        )  # (fit, fit - 1)
        self.projected = np.where(
            self.values > 0, (outer - inner.mean(axis=0)) @ self.vectors, 0.0
        )  # (score, fit - 1)
        self.unit = self.values.sum() / len(fit)

    def fit(self, responses: np.ndarray, penalties: Penalties = RELATIVE) -> Fitted:
        """Fit each of (fit, targets) responses with the penalty whose left-out error is least; of several, the largest.

        raises : ValueError where a penalty is not above 0
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
        """Return the place of the best of the falling penalties, and its error, for each target."""
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
