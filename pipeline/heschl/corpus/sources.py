"""The sources of a corpus, one file each. To add one, write its file and append it to SOURCES."""

from heschl.corpus.public import PUBLIC
from heschl.corpus.recordings import RECORDINGS
from heschl.corpus.source import CorpusSource
from heschl.corpus.synthetic import SYNTHETIC

SOURCES: dict[str, CorpusSource] = {source.name: source for source in (SYNTHETIC, RECORDINGS, PUBLIC)}
