"""Linear readouts of a layer, in the kernel form: ridge of levels, logistic regression of labels, each penalty chosen on held-out sources.

Both begin with the decomposition of the fitted sounds' centred kernel, `Ridge`. The left-out error of a source g, with all its sounds at
once, follows from G = K + a I without refitting:

    (G^-1)_gg^-1 (G^-1 y)_g

since leaving out sounds one by one would choose penalties for sources that have been heard. For the logistic regression the layer is
turned to the fitted sounds' principal axes, at most as many as they are, of which an L2 penalty takes no notice.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.decode.splits import split
from pipeline.statistics.ridge import TIE, Ridge

PENALTIES = (
    np.inf,
    *np.logspace(2, -4, 7).tolist(),
)  # relative to the kernel's mean diagonal; inf predicts the mean
STRENGTHS = (3.0, 100.0)  # C of scikit-learn, where the kernel's mean diagonal is 1
ITERATIONS = 10_000


def regress(ridge: Ridge, values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the predictions (score, items) of levels (fit, items), each with the penalty whose left-out error over sources is least.

    groups : (fit,), the source of each fitted sound
    """
    penalties = np.array(PENALTIES) * (
        ridge.unit if ridge.unit > 0 else np.inf
    )  # a layer that does not vary predicts the mean
    rotated = ridge.vectors.T @ (values - values.mean(axis=0))
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    errors = np.array([_left_out(ridge, rotated, members, penalty) for penalty in penalties])
    chosen = penalties[np.argmax(errors <= errors.min(axis=0) * (1 + TIE), axis=0)]
    return ridge.projected @ (rotated / (ridge.values[:, None] + chosen)) + values.mean(axis=0)


def _left_out(ridge: Ridge, rotated: np.ndarray, members: list[np.ndarray], penalty: float) -> np.ndarray:
    """Return the summed squared error (items,) of each source predicted from the others."""
    shrunk = 1 / (1 + ridge.values / penalty)  # of G^-1, times the penalty, which cancels
    weights = ridge.vectors @ (shrunk[:, None] * rotated)  # (fit, items)
    errors = np.zeros(rotated.shape[1])
    for rows in members:
        vectors = ridge.vectors[rows]
        errors += np.square(np.linalg.solve((vectors * shrunk) @ vectors.T, weights[rows])).sum(axis=0)
    return errors


def r2(truth: np.ndarray, predicted: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Return 1 - squared error / that of predicting the mean of the fitted half, (items,): 0 knows nothing, 1 everything.

    truth, predicted : (score, items); fitted : (fit, items)
    An item that is that mean in every scored sound has nothing to be explained: 0.
    """
    spread = np.square(truth - fitted.mean(axis=0)).sum(axis=0)
    error = np.square(truth - predicted).sum(axis=0)
    return np.where(spread > 0, 1 - error / np.where(spread > 0, spread, 1), 0.0)


def axes(ridge: Ridge) -> tuple[np.ndarray, np.ndarray]:
    """Return the fitted and the scored sounds, (fit, axes) and (score, axes), on the principal axes; mean square norm 1 of the fitted."""
    some = ridge.values > 0
    if not some.any():  # a layer that does not vary
        return np.zeros((len(ridge.vectors), 1)), np.zeros((len(ridge.projected), 1))
    length = np.sqrt(ridge.values[some])
    unit = np.sqrt(ridge.values.sum() / len(ridge.vectors))
    return ridge.vectors[:, some] * (length / unit), ridge.projected[:, some] / (length * unit)


def strength(fit: np.ndarray, labels: np.ndarray, groups: np.ndarray, test: float, seed: int) -> float:
    """Return the C with which `classify` names most of a share `test` of the sources, held out once; of several, the least.

    fit : (fit, axes); labels, groups : (fit,)
    """
    ((inner, held),) = split(groups, labels, 1, test, seed)
    model, right = _model(), []
    for (
        each
    ) in STRENGTHS:  # from one to the next the weights change little: each begins with those of the last
        right.append(
            (_named(model.set_params(C=each), fit[inner], labels[inner], fit[held]) == labels[held]).sum()
        )
    return STRENGTHS[int(np.argmax(right))]


def classify(fit: np.ndarray, labels: np.ndarray, score: np.ndarray, strength: float) -> np.ndarray:
    """Return the labels (score,) of (score, axes) by multinomial logistic regression on (fit, axes) and labels (fit,)."""
    return _named(_model().set_params(C=strength), fit, labels, score)


def _model() -> LogisticRegression:
    return LogisticRegression(max_iter=ITERATIONS, warm_start=True)


def _named(model: LogisticRegression, fit: np.ndarray, labels: np.ndarray, score: np.ndarray) -> np.ndarray:
    return (
        model.fit(fit, labels).predict(score)
        if len(np.unique(labels)) > 1
        else np.full(len(score), labels[0])
    )
