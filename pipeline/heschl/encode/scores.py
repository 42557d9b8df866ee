"""Scores of all layers of a model."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from heschl.activations.layers import Layer
from heschl.activations.models import Model
from heschl.encode.best_layer import PREDICTS
from heschl.encode.params import EncodeParams
from heschl.encode.regression import constant, encode
from heschl.encode.responses import Responses
from heschl.parallel import progress
from heschl.statistics.partition import Partition
from heschl.statistics.ridge import PUBLISHED, RELATIVE, gram

PENALTIES = {"relative": RELATIVE, "published": PUBLISHED}


class LayersScores(NamedTuple):
    """Scores of several layers, (layers, splits, responses) each, as in `regression.Scores`."""

    r2: np.ndarray
    raw: np.ndarray
    penalty: np.ndarray
    error: np.ndarray


class ModelScores(NamedTuple):
    """Scores of a model.

    square : (sounds, responses) float32, the squared error of each sound in the best layer of each split
             (`best_layer`), mean over the splits that score the sound; nan where none does
    """

    name: str
    layers: Sequence[Layer]
    scores: LayersScores
    square: np.ndarray


def score_model(
    model: Model, responses: Responses, splits: Sequence[Partition], params: EncodeParams
) -> ModelScores:
    """Return the scores of each layer of a model; of single sounds only the best layers' errors are kept."""
    names = [layer.name for layer in model.layers]
    penalties = PENALTIES[params.penalties]
    square = constant(responses.values, splits)
    least = np.full((len(splits), square.shape[2]), PREDICTS, np.float32)
    rows = []
    for name in progress(iter(names), len(names), f"{model.name} layers"):
        found = encode(gram(model.features[name]), responses.values, splits, penalties, params.floors)
        r2, raw, error = (each.astype(np.float32) for each in (found.r2, found.raw, found.error))
        better = error < least  # as `best_layer`: the first of equals
        least = np.where(better, error, least)
        np.copyto(square, found.square, where=better[:, None])
        rows.append((r2, raw, found.penalty, error))
    scores = LayersScores(*(np.array(column) for column in zip(*rows, strict=True)))
    return ModelScores(model.name, model.layers, scores, by_sound(square, splits, len(responses.sounds)))


def by_sound(square: np.ndarray, splits: Sequence[Partition], sounds: int) -> np.ndarray:
    """Return the mean over the splits that score each sound, (sounds, responses); nan where none does.

    square : (splits, score, responses)
    """
    total, counts = np.zeros((sounds, square.shape[2])), np.zeros(sounds)
    for split, each in zip(splits, square, strict=True):
        total[split.score] += each
        counts[split.score] += 1
    with np.errstate(invalid="ignore"):
        return (total / counts[:, None]).astype(np.float32)
