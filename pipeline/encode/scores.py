"""Scores of all layers of a model."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.activations.layers import Layer
from pipeline.activations.models import Model
from pipeline.encode.params import EncodeParams
from pipeline.encode.regression import Scores, encode
from pipeline.encode.responses import Responses
from pipeline.parallel import progress
from pipeline.statistics.partition import Partition
from pipeline.statistics.ridge import PUBLISHED, RELATIVE, gram

PENALTIES = {"relative": RELATIVE, "published": PUBLISHED}


class ModelScores(NamedTuple):
    """Scores of a model; its arrays are (layers, splits, responses) each."""

    name: str
    layers: Sequence[Layer]
    scores: Scores


def score_model(
    model: Model, responses: Responses, splits: Sequence[Partition], params: EncodeParams
) -> ModelScores:
    """Return the scores of each layer of a model."""
    names = [layer.name for layer in model.layers]
    penalties = PENALTIES[params.penalties]
    each = (
        encode(gram(model.features[name]), responses.values, splits, penalties, params.floors)
        for name in names
    )
    scores = zip(*progress(each, len(names), f"{model.name} layers"), strict=True)
    r2, raw, penalty, error = (np.array(column) for column in scores)
    scores = Scores(r2.astype(np.float32), raw.astype(np.float32), penalty, error.astype(np.float32))
    return ModelScores(model.name, model.layers, scores)
