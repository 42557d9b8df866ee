"""Audio Spectrogram Transformer: Gong, Chung & Glass (2021), Interspeech.

The feature extractor pads the spectrogram to 1024 frames. Two tokens stand before the patches, which lie

    tokens 2, 3, ...  =  frequency 0: time 0, 1, 2, ...; frequency 1: time 0, 1, 2, ...; ...
"""

from typing import Any

from torch import Tensor

from heschl.models.hub import HubModel

TOKENS = 2  # class and distillation, which have no place in time
WINDOW_S, HOP_S = 0.025, 0.010  # of the filter bank of Kaldi that the feature extractor computes


def span(config: Any, extractor: Any) -> tuple[int, int]:
    """Return the samples of one patch, and of all frames of the spectrogram."""
    return _samples(config.patch_size, extractor), _samples(extractor.max_length + 1, extractor) - 1


def in_time(states: Tensor, samples: int, config: Any, extractor: Any) -> Tensor:
    """Return (batch, tokens, channel) as (batch, channel, frequency, time): patches within the sound."""
    window, hop = _in_samples(extractor)
    spectrum = 1 + (samples - window) // hop  # frames that are not padding
    inside = 1 + (spectrum - config.patch_size) // config.time_stride
    rows = 1 + (config.num_mel_bins - config.patch_size) // config.frequency_stride
    patches = states[:, TOKENS:].unflatten(1, (rows, -1))  # (batch, frequency, time, channel)
    return patches.permute(0, 3, 1, 2)[..., :inside]


def _in_samples(extractor: Any) -> tuple[int, int]:
    return round(WINDOW_S * extractor.sampling_rate), round(HOP_S * extractor.sampling_rate)


def _samples(spectrum: int, extractor: Any) -> int:
    """Return the fewest samples of so many frames of the spectrogram."""
    window, hop = _in_samples(extractor)
    return window + (spectrum - 1) * hop


MODEL = HubModel(
    source="MIT/ast-finetuned-audioset-10-10-0.4593",
    kind="audio-spectrogram-transformer",
    network="ASTModel",
    config="ASTConfig",
    extractor="ASTFeatureExtractor",
    span=span,
    in_time=in_time,
)
