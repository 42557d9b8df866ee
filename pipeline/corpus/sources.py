"""The sources of a corpus, one file each. To add one, write its file and append it to SOURCES."""

from pipeline.corpus.public import PUBLIC
from pipeline.corpus.recordings import RECORDINGS
from pipeline.corpus.source import CorpusSource
from pipeline.corpus.synthetic import SYNTHETIC

SOURCES: dict[str, CorpusSource] = {source.name: source for source in (SYNTHETIC, RECORDINGS, PUBLIC)}
