"""How well a layer predicts responses: ridge on some sounds, scored on the others, corrected for noise.

Protocol of Kell et al. 2018, as released with Tuckute, Feather et al. 2023 (auditory_brain_dnn):

    r2 = max(0, r(prediction from the mean of the runs, mean of the runs))^2 on the sounds that score; 0 for a constant prediction
    corrected r2 = r2 / (reliability of the response on the fitted sounds x reliability of the predictions from single runs)

each reliability at least its floor. With one run there is no reliability, and r2 stays raw.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from pipeline.encode.reliability import correlation, floored, reliability
from pipeline.encode.splits import Split
from pipeline.parallel import workers
from pipeline.params import Count, Natural, Positive, Share, section
from pipeline.statistics.ridge import Penalties, Ridge


@section
class Floors:
    """The least reliabilities that r2 is corrected by."""

    response: Positive
    prediction: Positive


@section
class SimulatedParams:
    """Responses that layers of the network drive."""

    participants: Count
    voxels: Count  # of each region, in each participant
    repeats: Count
    reliability: Share  # of the mean of the repeats
    dimensions: Count  # principal components of the layer
    regions: dict[str, str | None]  # region -> the layer that drives it; null: noise alone


@section
class EncodeParams:
    """Params section `encode`."""

    seed: Natural
    source: Literal["simulated", "components", "nh2015", "b2021", "table"]
    folder: str
    sounds: Count  # of the corpus, for simulated responses
    splits: Count
    fit: Count  # sounds
    penalties: Literal["relative", "published"]
    floors: Floors
    resamples: Count
    confidence: Share
    simulated: SimulatedParams


class Scores(NamedTuple):
    """Of one layer, (splits, responses) each."""

    r2: np.ndarray  # corrected where there are runs to correct by, else raw
    raw: np.ndarray
    penalty: np.ndarray  # of the mean of the runs, as in the list
    error: np.ndarray  # of the mean of the runs, on fitted sounds left out one by one, as a share of the error of predicting their mean


def encode(
    gram: np.ndarray, values: np.ndarray, splits: Sequence[Split], penalties: Penalties, floors: Floors
) -> Scores:
    """Return how well a layer predicts responses, in each split.

    gram   : (sounds, sounds), of the layer's features: `ridge.gram`
    values : (sounds, responses, runs), finite
    """
    score = partial(_score, gram, values, penalties=penalties, floors=floors)
    with (
        threadpool_limits(1),
        ThreadPoolExecutor(workers()) as pool,
    ):  # a split a thread: the same sums in the same order everywhere
        each = list(pool.map(score, splits))
    return Scores(*(np.array(column) for column in zip(*each, strict=True)))


def _score(
    gram: np.ndarray, values: np.ndarray, split: Split, penalties: Penalties, floors: Floors
) -> tuple[np.ndarray, ...]:
    _, number, runs = values.shape
    values = values - values.mean(axis=(0, 2), keepdims=True)
    values = values / np.abs(values).max(
        axis=(0, 2), keepdims=True
    )  # of any size: their squares stay within what a float holds
    mean = values.mean(axis=2)
    several = [mean, *(values[..., run] for run in range(runs if runs > 1 else 0))]
    fitted = Ridge(gram, split.fit, split.score).fit(
        np.hstack([each[split.fit] for each in several]), penalties
    )
    predicted = fitted.predictions.reshape(len(split.score), len(several), number)
    r = correlation(predicted[:, 0], mean[split.score], scale=1.0)
    raw = np.square(np.nan_to_num(np.clip(r, 0, None)))
    error = fitted.error[:number] / np.square(left_out(mean[split.fit])).mean(axis=0)
    if runs == 1:
        return raw, raw, fitted.penalty, error
    response = floored(reliability(values[split.fit], scale=1.0), floors.response)
    prediction = floored(reliability(predicted[:, 1:].swapaxes(1, 2), scale=1.0), floors.prediction)
    return raw / (response * prediction), raw, fitted.penalty[:number], error


def left_out(values: np.ndarray) -> np.ndarray:
    """Return the difference of each of (sounds, targets) from the mean of the others."""
    return (values - values.mean(axis=0)) * len(values) / (len(values) - 1)
