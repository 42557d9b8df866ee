"""How hidden states lie in time, for models that hear the waveform itself (wav2vec 2.0 and its kin)."""

from typing import Any

from torch import Tensor


def span(config: Any, extractor: Any) -> tuple[int, None]:
    """Return the samples that one frame needs, the receptive field of the convolutions; and no most."""
    field = 1
    for kernel, stride in zip(reversed(config.conv_kernel), reversed(config.conv_stride), strict=True):
        field = (field - 1) * stride + kernel
    return field, None


def in_time(states: Tensor, samples: int, config: Any, extractor: Any) -> Tensor:
    """Return (batch, frames, channel) as (batch, channel, time); all frames are of the sound.

    These networks were trained without a mask of padding and normalize over time, so padding would change all
    frames: sounds of different lengths never share a batch.
    """
    return states.transpose(1, 2)
