"""Control networks: the trained one as it was before training, and with its weights permuted."""

import contextlib
import copy
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from heschl.network.hearing import Hearing
from heschl.network.saved import network_of, read_config, to_channels_last


def untrained(folder: str | Path, seed: int, device: str = "cpu", trust_code: bool = False) -> Hearing:
    """Return the network of a folder before training, in eval mode, with the weights that `seed` draws.

    With the seed of its training these are the very weights from which the training started.
    raises : NetworkError where the config is missing, or names code and is not trusted, as `load_network`
    """
    config = read_config(folder)
    with _seeded(seed):
        hearing = network_of(Path(folder), config, trust_code)
    to_channels_last(hearing.network)
    return hearing.to(device).eval()


def permuted(hearing: Hearing, seed: int) -> Hearing:
    """Return a copy of a network, in eval mode, with the values of each weight tensor in random order.

    The distribution of the weights stays, their learned arrangement does not (Kell et al. 2018; Tuckute et
    al. 2023). Buffers, the statistics of batch normalization, are not permuted.
    """
    control = copy.deepcopy(hearing)
    with torch.no_grad():
        for number, weight in enumerate(control.network.parameters()):
            order = np.random.default_rng([seed, number]).permutation(weight.numel())
            weight.copy_(weight.flatten()[torch.from_numpy(order).to(weight.device)].view(weight.shape))
    return control.eval()


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed every generator as a training does, and restore the states afterward.

    NumPy's and Python's are included because a user's network may draw from them.
    """
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)  # of the CPU only
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
