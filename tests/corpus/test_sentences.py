import numpy as np

from heschl.corpus.sentences import LEXICON, carriers, insert


def test_carriers_hold_no_unfilled_key_and_insert_returns_positions():
    text = carriers(np.random.default_rng((1, 2, 3)), 50)
    assert not any(key in text for key in LEXICON)
    words = [f"word{index}" for index in range(50)]
    spoken, positions = insert(text, words)
    assert [spoken[start : start + len(word)] for word, start in zip(words, positions, strict=True)] == words
