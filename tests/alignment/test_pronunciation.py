"""Pronunciations by eSpeak NG beside those of the dictionary of pocketsphinx."""

from difflib import SequenceMatcher
from pathlib import Path
from statistics import mean

import numpy as np
import pocketsphinx
import pytest

from pipeline.alignment.pronunciation import ARPABET, pronounced

DICTIONARY = Path(pocketsphinx.get_model_path(), "en-us", "cmudict-en-us.dict")


def test_pronunciations_are_nearly_those_of_the_dictionary():
    pairs = [line.split(maxsplit=1) for line in DICTIONARY.read_text().splitlines()]
    known = [(word, phones.split()) for word, phones in pairs if word.isalpha()]
    chosen = np.random.default_rng(1).choice(len(known), 500, replace=False)
    alike = [SequenceMatcher(None, known[i][1], pronounced(known[i][0]).split()).ratio() for i in chosen]
    assert mean(alike) > 0.85  # 0.91 over 3,000 words


def test_every_phone_is_one_of_the_model():
    phones = {phone for line in DICTIONARY.read_text().splitlines() for phone in line.split()[1:]}
    assert {phone for phones_ in ARPABET.values() for phone in phones_.split()} <= phones


def test_a_name_is_pronounced():
    assert pronounced("lynde") == "L IH N D"
    assert pronounced("o'malley").split()[-3:] == ["AE", "L", "IY"]


def test_what_has_no_english_pronunciation_is_named():
    with pytest.raises(ValueError, match="'こんにちは' has no English pronunciation"):
        pronounced("こんにちは")
