"""Linear readouts of a layer in kernel form: ridge regression of levels, logistic regression of labels.

Each penalty is chosen on held-out sources. Both readouts start from the decomposition of the fitted sounds'
centered kernel, `Ridge`. For levels, the left-out error of a source g, with all of its sounds at once,
follows from G = K + a I without refitting:

    (G^-1)_gg^-1 (G^-1 y)_g

Leaving out sounds one by one instead would choose penalties for sources that the fit has heard. For labels,
the layer is rotated to the principal axes of the fitted sounds, of which there are at most as many as sounds;
an L2 penalty is invariant to this rotation.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression

from heschl.decode.splits import random_splits
from heschl.statistics.ridge import TIE, Ridge

PENALTIES = (
    np.inf,
    *np.logspace(2, -4, 7).tolist(),
)  # times the kernel's mean diagonal; inf predicts the mean
STRENGTHS = (3.0, 100.0)  # scikit-learn's C, for a kernel with mean diagonal 1
ITERATIONS = 10_000


def regress(ridge: Ridge, values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return predictions (score, columns) of levels (fit, columns), each with its best penalty.

    That is the one whose left-out error, summed over sources, is least.
    groups : (fit,), the source of each fitted sound
    """
    unit = ridge.unit if ridge.unit > 0 else np.inf  # a layer that does not vary predicts the mean
    penalties = np.array(PENALTIES) * unit
    rotated = ridge.vectors.T @ (values - values.mean(axis=0))
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    errors = np.array([_left_out(ridge, rotated, members, penalty) for penalty in penalties])
    chosen = penalties[np.argmax(errors <= errors.min(axis=0) * (1 + TIE), axis=0)]
    return ridge.projected @ (rotated / (ridge.values[:, None] + chosen)) + values.mean(axis=0)


def _left_out(ridge: Ridge, rotated: np.ndarray, members: list[np.ndarray], penalty: float) -> np.ndarray:
    """Return the summed squared error (columns,) of predicting each source from the others."""
    shrunk = 1 / (1 + ridge.values / penalty)  # eigenvalues of G^-1, times the penalty, which cancels
    weights = ridge.vectors @ (shrunk[:, None] * rotated)  # (fit, columns)
    errors = np.zeros(rotated.shape[1])
    for rows in members:
        vectors = ridge.vectors[rows]
        errors += np.square(np.linalg.solve((vectors * shrunk) @ vectors.T, weights[rows])).sum(axis=0)
    return errors


def r2(truth: np.ndarray, predicted: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Return R2, (columns,): 1 - squared error / squared error of predicting the mean of the fitted sounds.

    truth, predicted : (score, columns); fitted : (fit, columns)
    A column that equals that mean in every scored sound has nothing to explain and scores 0.
    """
    spread = np.square(truth - fitted.mean(axis=0)).sum(axis=0)
    error = np.square(truth - predicted).sum(axis=0)
    return np.where(spread > 0, 1 - error / np.where(spread > 0, spread, 1), 0.0)


def axes(ridge: Ridge) -> tuple[np.ndarray, np.ndarray]:
    """Return the fitted and scored sounds on the principal axes, (fit, axes) and (score, axes).

    The mean squared norm of the fitted sounds is 1.
    """
    some = ridge.values > 0
    if not some.any():  # a layer that does not vary
        return np.zeros((len(ridge.vectors), 1)), np.zeros((len(ridge.projected), 1))
    length = np.sqrt(ridge.values[some])
    unit = np.sqrt(ridge.values.sum() / len(ridge.vectors))
    return ridge.vectors[:, some] * (length / unit), ridge.projected[:, some] / (length * unit)


def strength(fit: np.ndarray, labels: np.ndarray, groups: np.ndarray, test: float, seed: int) -> float:
    """Return the C with which `classify` is correct most often on a share `test` of the sources.

    Of equally good ones it is the smallest.
    fit : (fit, axes); labels, groups : (fit,)
    """
    ((inner, held),) = random_splits(groups, labels, 1, test, seed)
    model, correct = _model(), []
    for c in STRENGTHS:  # warm start: each fit begins with the weights of the last, which are similar
        predicted = _predict(model.set_params(C=c), fit[inner], labels[inner], fit[held])
        correct.append((predicted == labels[held]).sum())
    return STRENGTHS[int(np.argmax(correct))]


def classify(fit: np.ndarray, labels: np.ndarray, score: np.ndarray, strength: float) -> np.ndarray:
    """Return labels (score,) of (score, axes), by multinomial logistic regression on (fit, axes), (fit,)."""
    return _predict(_model().set_params(C=strength), fit, labels, score)


def _model() -> LogisticRegression:
    return LogisticRegression(max_iter=ITERATIONS, warm_start=True)


def _predict(model: LogisticRegression, fit: np.ndarray, labels: np.ndarray, score: np.ndarray) -> np.ndarray:
    if len(np.unique(labels)) == 1:  # which scikit-learn refuses to fit
        return np.full(len(score), labels[0])
    return model.fit(fit, labels).predict(score)
