"""CochCNN9 of cochdnn: Feather et al. (2023), Nature Neuroscience 26, trained to name words in noise.

The network and its ear are Heschl's own, with the released weights. Of the released networks, those that name
words can be read: cochcnn9_word, and cochcnn9_multitask by its head for words.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from heschl.activations.layers import select
from heschl.ear.params import PRESETS as EARS
from heschl.exchange.cochdnn import CochdnnError, load_cochdnn
from heschl.models.model import ModelError, Ready, random_record
from heschl.network.hearing import Hearing, HearingParams
from heschl.network.presets.cochcnn9 import COCHCNN9
from heschl.network.weights import digest_of

HEADS: tuple[dict[str, str], ...] = ({}, {"word": "signal/word_int"})  # of one task, and of several


class CochCNN9:
    """The model: random, or with the weights of a released checkpoint."""

    source = "https://github.com/jenellefeather/cochdnn"

    def random(self, seed: int, device: str) -> Ready:
        """Return the architecture with random weights, as PyTorch draws them."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            hearing = _hearing()
        return _ready(hearing, device, random_record("CochCNN9", seed))

    def load(self, weights: str | None, download: bool, device: str) -> Ready:
        """Return the network with a released checkpoint; raises ModelError naming the file and the remedy."""
        if not weights:
            raise ModelError(
                "The checkpoints of cochcnn9 are in an archive that cannot be fetched alone. Download it as "
                f"{self.source} describes and name the checkpoint (--weights FILE), or compute with random "
                "weights (--random SEED)."
            )
        path, hearing = Path(weights), _hearing()
        errors = []
        for heads in HEADS:
            try:
                load_cochdnn(hearing.network, path, heads)
                break
            except CochdnnError as error:
                errors.append(error)
        else:
            raise ModelError(str(errors[0])) from None
        record = {"weights": path.name, "random": False, "revision": "", "sha256": digest_of(path)}
        return _ready(hearing, device, record)


def _hearing() -> Hearing:
    ear, sound = EARS["cochdnn"]
    labels = {task: [str(number) for number in range(count)] for task, count in COCHCNN9.classes.items()}
    return Hearing(HearingParams(sound, ear, COCHCNN9.network), labels)


def _ready(hearing: Hearing, device: str, record: dict[str, str | int | bool]) -> Ready:
    hearing.eval().to(device)
    names = [name for name in select(hearing, None) if name.partition(".")[0] not in hearing.labels]

    def activations(waveforms: np.ndarray) -> dict[str, Tensor]:
        (found,) = hearing.activations(torch.from_numpy(waveforms), names, len(waveforms))
        return found

    return Ready(hearing.sound.sample_rate, hearing.sound.samples, hearing.sound.samples, activations, record)


MODEL = CochCNN9()
