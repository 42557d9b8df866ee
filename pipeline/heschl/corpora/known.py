"""The public corpora. To add one, write its file and append it to CORPORA."""

from heschl.corpora.audio_mnist import AUDIO_MNIST
from heschl.corpora.common_voice import COMMON_VOICE
from heschl.corpora.demand import DEMAND
from heschl.corpora.esc50 import ESC50
from heschl.corpora.fma import FMA
from heschl.corpora.fsd50k import FSD50K
from heschl.corpora.grid import GRID
from heschl.corpora.gtzan import GTZAN
from heschl.corpora.lhotse import LHOTSE
from heschl.corpora.librispeech import LIBRISPEECH
from heschl.corpora.mtg_jamendo import MTG_JAMENDO
from heschl.corpora.musan import MUSAN
from heschl.corpora.named import Named
from heschl.corpora.speech_commands import SPEECH_COMMANDS
from heschl.corpora.timit import TIMIT
from heschl.corpora.urbansound8k import URBANSOUND8K

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
