"""Encoder of Whisper base: Radford et al. (2023), ICML, PMLR 202.

The feature extractor pads every sound to 30 s and the encoder attends to the padding, as it was trained to.
Of its 1500 frames, those of the sound are kept.
"""

from typing import Any

from torch import Tensor

from heschl.models.hub import HubModel

STRIDE = 2  # frames of the log-mel spectrogram from one frame of the encoder to the next


def span(config: Any, extractor: Any) -> tuple[int, int]:
    """Return the samples of one frame of the encoder, and of the window that it hears."""
    return STRIDE * extractor.hop_length, extractor.n_samples


def in_time(states: Tensor, samples: int, config: Any, extractor: Any) -> Tensor:
    """Return (batch, 1500, channel) as (batch, channel, time): frames whose span ends within the sound."""
    return states[:, : samples // (STRIDE * extractor.hop_length)].transpose(1, 2)


MODEL = HubModel(
    source="openai/whisper-base",
    kind="whisper",
    network="WhisperModel",
    config="WhisperConfig",
    extractor="WhisperFeatureExtractor",
    options={
        "vocab_size": 51865,
        "num_mel_bins": 80,
        "d_model": 512,
        "encoder_layers": 6,
        "encoder_attention_heads": 8,
        "encoder_ffn_dim": 2048,
        "decoder_layers": 6,
        "decoder_attention_heads": 8,
        "decoder_ffn_dim": 2048,
    },
    span=span,
    in_time=in_time,
    part=lambda network: network.get_encoder(),
)
