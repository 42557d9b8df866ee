"""What `decode` compares: clips of the test split or sounds of a folder, their targets, and every model."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from heschl.activations import models, sounds, user_models
from heschl.activations.models import Model
from heschl.activations.modulation import ModulationParams
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Projection
from heschl.activations.sounds import Sounds
from heschl.decode import clips, levels
from heschl.decode.params import DecodeParams
from heschl.decode.target_set import TargetSet, target_set
from heschl.network.hearing import Hearing
from heschl.network.saved import check_labels, load_network
from heschl.shards.read import Shards


class Inputs(NamedTuple):
    """What `measure` works on."""

    sounds: Sounds
    targets: TargetSet
    models: Iterator[Model]  # one at a time in memory, the trained network first


def read(
    shards: Path,
    network: Path,
    user_folder: Path,
    params: DecodeParams,
    activations: ActivationsParams,
    modulation: ModulationParams,
    device: str,
) -> Inputs:
    """Return the sounds, their targets, and the features of every model.

    shards, network, user_folder : folders of the shards, the trained network and the user's models
    raises : errors that name what does not fit, before any network runs
    """
    hearing = load_network(network, device, trust_code=True)
    heard, user_paths = _sounds_and_models(shards, network, user_folder, hearing, params)
    user_models.check(user_paths, heard, activations)
    measured = levels.of_sounds(hearing, heard, modulation, params, activations.batch_size, device)
    reduce = Projection(params.dimensions, params.seed)
    every = chain(
        models.networks(network, heard, activations, reduce, params.seed, device),
        user_models.read(user_paths, heard, activations, reduce, list(hearing.labels), device),
    )
    return Inputs(heard, target_set(heard, measured, params), every)


def _sounds_and_models(
    shards: Path, network: Path, user_folder: Path, hearing: Hearing, params: DecodeParams
) -> tuple[Sounds, list[Path]]:
    if params.source == "sounds":
        return sounds.of_folder(params.folder, hearing.sound), user_models.find(user_folder)
    test = Shards.open(shards, "test")
    check_labels(hearing, test, network)
    return clips.of_shards(test, params), clips.find_models(user_folder)
