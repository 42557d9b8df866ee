"""Networks that a trained one is compared with: the same before training, and the same with its weights permuted."""

import contextlib
import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from pipeline.network.hearing import CONFIG, Hearing, NetworkError, to_channels_last


def untrained(folder: str | Path, seed: int, device: str = "cpu") -> Hearing:
    """Return the network of a folder as a training begins with it, in eval mode: by its config, with the weights that `seed` draws.

    With the seed of its training these are the very weights that it began with.
    raises : NetworkError where the config is missing
    """
    path = Path(folder) / CONFIG
    if not path.is_file():
        raise NetworkError(
            f"{path} is missing. Train a network with: dvc repro train (or get it with: dvc pull)."
        )
    config = json.loads(path.read_text())
    with _seeded(seed):
        hearing = Hearing(config)
    to_channels_last(hearing.network)
    return hearing.to(device).eval()


def permuted(hearing: Hearing, seed: int) -> Hearing:
    """Return a copy of a network, in eval mode, with the values of each tensor of weights in an order that `seed` draws.

    What the weights are stays as it was, and what was learned in where they are is gone (Kell et al. 2018; Tuckute et al. 2023). Kept are
    buffers: the statistics of batch normalisation.
    """
    control = copy.deepcopy(hearing)
    with torch.no_grad():
        for number, weight in enumerate(control.network.parameters()):
            order = np.random.default_rng([seed, number]).permutation(weight.numel())
            weight.copy_(weight.flatten()[torch.from_numpy(order).to(weight.device)].view(weight.shape))
    return control.eval()


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Have every generator draw what it does at the beginning of a training of this seed, and then go on where it was.

    NumPy's and Python's too, which a network of one's own may draw from.
    """
    kept = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)  # that of the CPU alone
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            yield
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002
