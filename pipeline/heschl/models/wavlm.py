"""WavLM base: Chen et al. (2022), IEEE Journal of Selected Topics in Signal Processing 16.

Unlike wav2vec 2.0 and HuBERT, the base model hears waveforms at their own level.
"""

from heschl.models import frames
from heschl.models.hub import HubModel

MODEL = HubModel(
    source="microsoft/wavlm-base",
    kind="wavlm",
    network="WavLMModel",
    config="WavLMConfig",
    extractor="Wav2Vec2FeatureExtractor",
    heard_as={"do_normalize": False, "return_attention_mask": False},
    span=frames.span,
    in_time=frames.in_time,
)
