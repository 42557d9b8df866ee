"""How well a layer predicts responses: ridge regression, scored on held-out sounds and corrected for noise.

Protocol of Kell et al. 2018, as released with Tuckute, Feather et al. 2023 (auditory_brain_dnn):

    r2 = max(0, r(prediction from the mean of the repeats, mean of the repeats))^2 on the scored sounds
    corrected r2 = r2 / (reliability of the response x reliability of its prediction)

A constant prediction has r2 = 0. The reliability of the response is that of its mean over repeats on the
fitted sounds, the reliability of the prediction that of predictions from single repeats on the scored sounds;
each is at least its floor. With a single repeat no reliability is known, and r2 stays raw.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from heschl.encode.params import Floors
from heschl.parallel import threaded_map
from heschl.statistics.correlation import column_correlation, floored, repeat_reliability
from heschl.statistics.partition import Partition
from heschl.statistics.ridge import Penalties, Ridge


class Scores(NamedTuple):
    """Scores of one layer, (splits, responses) each."""

    r2: np.ndarray  # corrected where there are repeats, else raw
    raw: np.ndarray
    penalty: np.ndarray  # for the mean of the repeats, as in the list
    error: np.ndarray  # leave-one-out on the fitted sounds, as a share of the error of predicting their mean
    square: np.ndarray  # (splits, score, responses) float32, of each scored sound, as `squares` returns


def encode(
    gram: np.ndarray, values: np.ndarray, splits: Sequence[Partition], penalties: Penalties, floors: Floors
) -> Scores:
    """Return how well a layer predicts responses in each split.

    gram   : (sounds, sounds), of the layer's features: `ridge.gram`
    values : (sounds, responses, repeats), finite
    """
    score = partial(_score, gram, values, penalties=penalties, floors=floors)
    scores = threaded_map(score, splits, "encode")
    return Scores(*(np.array(column) for column in zip(*scores, strict=True)))


def _score(
    gram: np.ndarray, values: np.ndarray, split: Partition, penalties: Penalties, floors: Floors
) -> tuple[np.ndarray, ...]:
    _, number, repeats = values.shape
    values = _scaled(values)
    mean = values.mean(axis=2)
    targets = [mean, *(values[..., repeat] for repeat in range(repeats if repeats > 1 else 0))]
    fitted = Ridge(gram, split.fit, split.score).fit(
        np.hstack([each[split.fit] for each in targets]), penalties
    )
    predicted = fitted.predictions.reshape(len(split.score), len(targets), number)
    r = column_correlation(predicted[:, 0], mean[split.score], scale=1.0)
    raw = np.square(np.nan_to_num(np.clip(r, 0, None)))
    error = fitted.error[:number] / np.square(left_out(mean[split.fit])).mean(axis=0)
    square = squares(predicted[:, 0], mean, split)
    if repeats == 1:
        return raw, raw, fitted.penalty, error, square
    response = floored(repeat_reliability(values[split.fit], scale=1.0), floors.response)
    singles = predicted[:, 1:].swapaxes(1, 2)  # (score, responses, repeats)
    prediction = floored(repeat_reliability(singles, scale=1.0), floors.prediction)
    return raw / (response * prediction), raw, fitted.penalty[:number], error, square


def squares(predicted: np.ndarray, mean: np.ndarray, split: Partition) -> np.ndarray:
    """Return the squared error of each scored sound, as a share of the response's variance over all sounds.

    predicted : (score, responses), or (responses,) if it is the same for every sound
    mean      : (sounds, responses), the mean of the repeats
    returns   : (score, responses) float32
    """
    return (np.square(predicted - mean[split.score]) / mean.var(axis=0)).astype(np.float32)


def constant(values: np.ndarray, splits: Sequence[Partition]) -> np.ndarray:
    """Return the `squares` of predicting the mean of the fitted sounds, (splits, score, responses).

    values : (sounds, responses, repeats)
    """
    mean = _scaled(values).mean(axis=2)
    return np.array([squares(mean[split.fit].mean(axis=0), mean, split) for split in splits])


def _scaled(values: np.ndarray) -> np.ndarray:
    """Return responses with mean 0 and largest value 1, so that no units overflow when squared."""
    values = values - values.mean(axis=(0, 2), keepdims=True)
    return values / np.abs(values).max(axis=(0, 2), keepdims=True)


def left_out(values: np.ndarray) -> np.ndarray:
    """Return the difference of each of (sounds, targets) from the mean of the others."""
    return (values - values.mean(axis=0)) * len(values) / (len(values) - 1)
