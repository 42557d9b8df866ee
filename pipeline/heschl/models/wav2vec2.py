"""wav2vec 2.0 base: Baevski, Zhou, Mohamed & Auli (2020), NeurIPS 33."""

from heschl.models import frames
from heschl.models.hub import HubModel

MODEL = HubModel(
    source="facebook/wav2vec2-base",
    kind="wav2vec2",
    network="Wav2Vec2Model",
    config="Wav2Vec2Config",
    extractor="Wav2Vec2FeatureExtractor",
    heard_as={"do_normalize": True, "return_attention_mask": False},
    span=frames.span,
    in_time=frames.in_time,
)
