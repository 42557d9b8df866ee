"""The sounds, responses and models that are compared."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from heschl.activations import models, sounds, user_models
from heschl.activations.models import Model
from heschl.activations.modulation import ModulationFilters, ModulationParams
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.encode import sources
from heschl.encode.params import EncodeParams
from heschl.encode.responses import Responses
from heschl.encode.simulated import simulate
from heschl.network.saved import load_network


class Inputs(NamedTuple):
    """What `measure` works on."""

    models: Iterator[Model]  # one at a time in memory, the trained network first
    responses: Responses
    categories: np.ndarray  # (sounds,) str; "" where a sound has none


def read(
    corpus: Path,
    network: Path,
    user_folder: Path,
    params: EncodeParams,
    activations: ActivationsParams,
    modulation: ModulationParams,
    device: str,
) -> Inputs:
    """Return the responses in encode.folder, or simulated ones, and every model's features for their sounds.

    corpus, network, user_folder : folders of the corpus, the trained network and the user's models
    raises : errors that name what does not fit, before any network runs
    """
    trained = load_network(network, trust_code=True)
    responses = None
    if params.source == sources.SIMULATED:
        heard = sounds.of_corpus(corpus, params.sounds, params.seed, trained.sound)
    else:
        responses = sources.read(params.source, params.folder)
        heard = responses.align(sounds.of_folder(params.folder, trained.sound))
    user_paths = user_models.find(user_folder)
    user_models.check(user_paths, heard, activations)
    bank, reduce = ModulationFilters(modulation, trained.sound), time_mean(activations)
    every = chain(
        models.networks(network, heard, activations, reduce, params.seed, device),
        models.filter_bank(heard, bank, activations.batch_size),
        user_models.read(user_paths, heard, activations, reduce, list(trained.labels), device),
    )
    categories = heard.labels.get("category", np.full(len(heard), ""))
    if responses is None:  # the trained network's layers drive them
        first = next(every)
        responses = simulate(first.features, heard.names, params.simulated, params.seed)
        every = chain([first], every)
    return Inputs(every, responses, categories)
