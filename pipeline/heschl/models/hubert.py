"""HuBERT base: Hsu et al. (2021), IEEE/ACM Transactions on Audio, Speech, and Language Processing 29."""

from heschl.models import frames
from heschl.models.hub import HubModel

MODEL = HubModel(
    source="facebook/hubert-base-ls960",
    kind="hubert",
    network="HubertModel",
    config="HubertConfig",
    extractor="Wav2Vec2FeatureExtractor",
    heard_as={"do_normalize": True, "return_attention_mask": False},
    span=frames.span,
    in_time=frames.in_time,
)
