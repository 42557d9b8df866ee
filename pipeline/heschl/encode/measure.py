"""Compare every layer of every model with every response: scores, best layers and similarity."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from heschl.activations.models import Model
from heschl.activations.names import NETWORK
from heschl.encode import paired, rsa, score_tables
from heschl.encode.columns import SIMILARITY
from heschl.encode.output import Output, metrics
from heschl.encode.params import EncodeParams
from heschl.encode.regions import regions
from heschl.encode.responses import Responses
from heschl.encode.scores import score_model
from heschl.encode.splits import splits


def measure(
    models: Iterable[Model], responses: Responses, categories: np.ndarray, params: EncodeParams
) -> Output:
    """Return every table, the matrices of similarity, and the metrics.

    models     : one at a time in memory, the trained network first; their sounds in the order of the
                 responses'
    categories : (sounds,) str, by which the matrices are sorted; "" where a sound has none
    raises     : SplitsError where there are too few sounds
    """
    every = splits(len(responses.sounds), params.fit, params.splits, params.seed)
    parts, of_regions = list(regions(responses)), rsa.region_matrices(responses)
    scores, rows, of_network = [], [], {}
    for model in models:
        scores.append(score_model(model, responses, every, params))
        of_layers = rsa.layer_matrices(model)
        rows += rsa.compare(model, of_layers, of_regions, params)
        if model.name == NETWORK:
            of_network = of_layers
    similarity = pd.DataFrame(rows, columns=list(SIMILARITY))
    found = {
        "layers": score_tables.layers(scores, parts, params),
        "best": score_tables.best_layers(scores[0], parts),
        "summary": score_tables.summary(scores, parts, params),
        "paired": paired.table(scores, parts, every, params),
        "responses": score_tables.responses(scores, responses),
        "similarity": similarity,
        "ceilings": score_tables.reliabilities(responses, parts, params).merge(
            rsa.ceilings(of_regions), on="region"
        ),
        "excluded": responses.excluded,
        "truth": score_tables.truth(scores[0], responses, parts, params),
    }
    matrices = rsa.shown_matrices(similarity, of_network, of_regions, responses.sounds, categories)
    return Output(found, matrices, metrics(found, scores, responses, params))
