"""Confusions are listed and described."""

import numpy as np
import pandas as pd

from heschl.report.text import confusions as about_confusions

SHARES = pd.DataFrame([[0.7, 0.3, 0.0], [0.02, 0.9, 0.08], [np.nan] * 3], list("abc"), list("abc"))


def test_confusions_in_words():
    pairs = about_confusions.most_confused(SHARES)
    assert list(pairs.itertuples(index=False, name=None)) == [
        ("a", "b", 0.3),
        ("b", "c", 0.08),
        ("b", "a", 0.02),
    ]
    words_of = about_confusions.described(SHARES).replace("\u202f", " ")
    assert (
        words_of
        == "Correct answers range from 70 % (a) to 90 % (b). Most frequent confusions: a taken for b "
        "(30 %), b taken for c (8 %), and b taken for a (2 %)."
    )
    assert about_confusions.described(SHARES * np.nan) == "No label has clips."
    assert (
        about_confusions.described(pd.DataFrame([[1.0]], ["a"], ["a"])).replace("\u202f", " ")
        == "Correct answers: 100 %. There are no confusions."
    )
