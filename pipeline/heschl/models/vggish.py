"""VGGish: Hershey et al. (2017), ICASSP. The weights are those of the port torchvggish.

waveform -> log-mel spectrogram in examples of 0.96 s, 96 frames x 64 bands -> convolutions -> 128 units

Source: github.com/tensorflow/models, research/audioset/vggish; github.com/harritaylor/torchvggish. Neither is
published for current versions of its libraries, so the network is here and its spectrogram is computed by
transformers.audio_utils.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from heschl.models.library import transformers
from heschl.models.model import ModelError, Ready, random_record
from heschl.network.weights import digest_of

RATE, WINDOW, HOP, DFT, BANDS = 16000, 400, 160, 512, 64  # Hz; samples; samples; points; mel bands
LOW_HZ, HIGH_HZ, OFFSET, FRAMES = 125.0, 7500.0, 0.01, 96  # OFFSET: before the logarithm; FRAMES: an example
FILE = "vggish-10086976.pth"  # the end of its name is the start of its sha256
URL = f"https://github.com/harritaylor/torchvggish/releases/download/v0.1/{FILE}"
BLOCKS = {1: (64,), 2: (128,), 3: (256, 256), 4: (512, 512)}  # channels of the convolutions before each pool


class Network(nn.Module):
    """Examples (batch, 1, time, frequency) -> {layer: activations}, with the tensor names of torchvggish."""

    def __init__(self) -> None:
        super().__init__()
        layers, channels, self.named = [], 1, []  # named: (place in `layers`, name of its output)
        for block, widths in BLOCKS.items():
            for number, width in enumerate(widths, 1):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
                name = f"conv{block}_{number}" if len(widths) > 1 else f"conv{block}"
                self.named.append((len(layers) - 1, name))
            layers.append(nn.MaxPool2d(2, 2))
            self.named.append((len(layers) - 1, f"pool{block}"))
        self.features = nn.Sequential(*layers)
        sizes = (channels * (FRAMES // 16) * (BANDS // 16), 4096, 4096, 128)
        dense = [each for pair in pairwise(sizes) for each in (nn.Linear(*pair), nn.ReLU())]
        self.embeddings = nn.Sequential(*dense)

    def forward(self, examples: Tensor) -> dict[str, Tensor]:
        """Return what each ReLU and pool gives: (batch, channel, time, frequency) or (batch, units)."""
        found, names = {}, dict(self.named)
        for place, layer in enumerate(self.features):
            examples = layer(examples)
            if place in names:
                found[names[place]] = examples
        examples = examples.permute(0, 2, 3, 1).flatten(1)  # in the order of TensorFlow
        for name, place in zip(("fc1_1", "fc1_2", "fc2"), range(0, 6, 2), strict=True):
            examples = found[name] = self.embeddings[place + 1](self.embeddings[place](examples))
        return found


def spectrogram(waveform: np.ndarray) -> np.ndarray:
    """Return the log-mel spectrogram of (samples,) float at 16 kHz, (frames, 64) float32."""
    transformers()
    from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

    bank = mel_filter_bank(
        DFT // 2 + 1, BANDS, LOW_HZ, HIGH_HZ, RATE, mel_scale="kaldi", triangularize_in_mel_space=True
    )
    mel = spectrogram(
        waveform,
        window_function(WINDOW, "hann"),
        WINDOW,
        HOP,
        DFT,
        center=False,
        mel_filters=bank,
        mel_floor=0,
    )
    return np.log(mel.T + OFFSET, dtype=np.float32)


class VGGish:
    """The model: random, or with the weights of torchvggish in a file."""

    source = URL

    def random(self, seed: int, device: str) -> Ready:
        """Return the architecture with random weights, as PyTorch draws them."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = Network()
        return _ready(network, device, random_record("VGGish", seed))

    def load(self, weights: str | None, download: bool, device: str) -> Ready:
        """Return the network with published weights; raises ModelError naming the file and the remedy."""
        path = Path(weights) if weights else Path(torch.hub.get_dir()) / "checkpoints" / FILE
        if download and not path.is_file() and not weights:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                torch.hub.load_state_dict_from_url(URL, check_hash=True, weights_only=True, progress=False)
            except (OSError, RuntimeError) as error:  # RuntimeError: of a file with another sha256
                raise ModelError(f"{URL} cannot be downloaded: {error}. Copy it to {path}.") from None
        if not path.is_file():
            raise ModelError(
                f"{path} is missing. Add --download to fetch {URL}, name a copy of it (--weights FILE), or "
                "compute with random weights (--random SEED)."
            )
        network = Network()
        try:
            network.load_state_dict(_tensors(path))
        except Exception as error:  # of a damaged pickle, nearly any
            reason = str(error).strip().split("\n")[0]
            raise ModelError(
                f"{path} does not hold the tensors of torchvggish ({type(error).__name__}: {reason}). "
                f"Nothing in it was run. Download {URL} again."
            ) from None
        record = {"weights": str(path.name), "random": False, "revision": "", "sha256": digest_of(path)}
        return _ready(network, device, record)


def _tensors(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _ready(network: Network, device: str, record: dict[str, str | int | bool]) -> Ready:
    network.eval().to(device)

    @torch.no_grad()
    def activations(waveforms: np.ndarray) -> dict[str, Tensor]:
        mel = torch.from_numpy(np.stack([spectrogram(waveform) for waveform in waveforms])).to(device)
        count = mel.shape[1] // FRAMES
        examples = mel[:, : count * FRAMES].reshape(-1, 1, FRAMES, BANDS)
        layers = {"spectrogram": examples, **network(examples)}
        return {name: _in_time(values, count) for name, values in layers.items()}

    return Ready(RATE, WINDOW + (FRAMES - 1) * HOP, None, activations, record)


def _in_time(values: Tensor, count: int) -> Tensor:
    """Return examples in a row: (batch, channel, frequency, time) or (batch, units, time)."""
    values = values.unflatten(0, (-1, count))  # (batch, examples, channel, time, frequency)
    if values.ndim == 3:
        return values.transpose(1, 2)
    return values.permute(0, 2, 4, 1, 3).flatten(3)


MODEL = VGGish()
