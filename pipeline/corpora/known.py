"""The public corpora. To add one, write its file and append it to CORPORA."""

from pipeline.corpora.audio_mnist import AUDIO_MNIST
from pipeline.corpora.common_voice import COMMON_VOICE
from pipeline.corpora.demand import DEMAND
from pipeline.corpora.esc50 import ESC50
from pipeline.corpora.fma import FMA
from pipeline.corpora.fsd50k import FSD50K
from pipeline.corpora.grid import GRID
from pipeline.corpora.gtzan import GTZAN
from pipeline.corpora.lhotse import LHOTSE
from pipeline.corpora.librispeech import LIBRISPEECH
from pipeline.corpora.mtg_jamendo import MTG_JAMENDO
from pipeline.corpora.musan import MUSAN
from pipeline.corpora.named import Named
from pipeline.corpora.speech_commands import SPEECH_COMMANDS
from pipeline.corpora.timit import TIMIT
from pipeline.corpora.urbansound8k import URBANSOUND8K

CORPORA: dict[str, Named] = {
    corpus.name: corpus
    for corpus in (
        LIBRISPEECH,
        COMMON_VOICE,
        TIMIT,
        SPEECH_COMMANDS,
        AUDIO_MNIST,
        GRID,
        LHOTSE,
        GTZAN,
        FMA,
        MTG_JAMENDO,
        ESC50,
        URBANSOUND8K,
        FSD50K,
        MUSAN,
        DEMAND,
    )
}
