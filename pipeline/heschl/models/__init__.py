"""Published audio models by name, a file each. To add one, write its file and name it in MODELS.

The file <name>.py defines MODEL, which is loaded when the model is used: these names import nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heschl.models.model import AudioModel

MODELS = {  # name, also of the file: what it is
    "wav2vec2": "wav2vec 2.0 base (Baevski et al. 2020), self-supervised on speech",
    "hubert": "HuBERT base (Hsu et al. 2021), self-supervised on speech",
    "wavlm": "WavLM base (Chen et al. 2022), self-supervised on speech in noise and with other talkers",
    "whisper": "Whisper base (Radford et al. 2023), the encoder: trained to transcribe and translate speech",
    "ast": "Audio Spectrogram Transformer (Gong et al. 2021), trained on AudioSet",
    "vggish": "VGGish (Hershey et al. 2017), trained on the sound of videos",
    "cochcnn9": "CochCNN9 (Feather et al. 2023), trained on words in noise",
}


def published(name: str) -> "AudioModel":
    """Return the model of that name, a key of MODELS."""
    return import_module(f"heschl.models.{name}").MODEL
