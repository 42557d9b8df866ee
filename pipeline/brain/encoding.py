"""How well a layer predicts responses: ridge on some sounds, scored on the others, corrected for noise.

Protocol of Kell et al. 2018, as released with Tuckute, Feather et al. 2023 (auditory_brain_dnn):

    r2 = max(0, r(prediction from the mean of the runs, mean of the runs))^2 on the sounds that score; 0 for a constant prediction
    corrected r2 = r2 / (reliability of the response on the fitted sounds x reliability of the predictions from single runs)

each reliability at least its floor. With one run there is no reliability, and r2 stays raw.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from pipeline.brain.reliability import correlation, floored, reliability
from pipeline.brain.splits import Split
from pipeline.params import Count, Natural, Positive, Share, section
from pipeline.ridge import Penalties, Ridge


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
    penalty: np.ndarray


def encode(gram: np.ndarray, values: np.ndarray, splits: Sequence[Split], penalties: Penalties, floors: Floors) -> Scores:
    """Return how well a layer predicts responses, in each split.

    gram   : (sounds, sounds), of the layer's features: `ridge.gram`
    values : (sounds, responses, runs), finite
    """
    each = [_score(gram, values, split, penalties, floors) for split in splits]
    return Scores(*(np.array(column) for column in zip(*each, strict=True)))


def _score(gram: np.ndarray, values: np.ndarray, split: Split, penalties: Penalties, floors: Floors) -> tuple[np.ndarray, ...]:
    _, number, runs = values.shape
    mean = values.mean(axis=2)
    scale = np.abs(values).max(axis=(0, 2))
    several = [mean, *(values[..., run] for run in range(runs if runs > 1 else 0))]
    fitted = Ridge(gram, split.fit, split.score).fit(np.hstack([each[split.fit] for each in several]), penalties)
    predicted = fitted.predictions.reshape(len(split.score), len(several), number)
    r = correlation(predicted[:, 0], mean[split.score], scale)
    raw = np.square(np.nan_to_num(np.clip(r, 0, None)))
    if runs == 1:
        return raw, raw, fitted.penalty
    response = floored(reliability(values[split.fit], scale), floors.response)
    prediction = floored(reliability(predicted[:, 1:].swapaxes(1, 2), scale), floors.prediction)
    return raw / (response * prediction), raw, fitted.penalty[:number]
