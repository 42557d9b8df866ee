"""The first sentence says what the numbers say."""

from pipeline.report.sections import headline


def sentence_of(read):
    said = headline.sentence(read.network.labels, read.behavior.metrics, read.listeners)
    return " ".join(said.split())


def test_sentence(read):
    assert sentence_of(read) == (
        "The network names the word in 78 % of clean clips and in 52 % at +3 dB SNR (3 words, chance "
        "33.3 %); the genre in 70 % of clean clips and in 55 % at +3 dB SNR (2 genres, chance 50 %)."
    )
