"""Pronunciations by eSpeak NG beside those of the dictionary of pocketsphinx."""

from pathlib import Path

import pocketsphinx
import pytest

from benchmarks.alignment import agreement
from heschl.alignment.pronunciation import ARPABET, pronounced

DICTIONARY = Path(pocketsphinx.get_model_path(), "en-us", "cmudict-en-us.dict")


def test_pronunciations_are_nearly_those_of_the_dictionary():
    assert agreement(500) > 0.85  # 0.91 over 3,000 words


def test_every_phone_is_one_of_the_model():
    phones = {phone for line in DICTIONARY.read_text().splitlines() for phone in line.split()[1:]}
    assert {phone for phones_ in ARPABET.values() for phone in phones_.split()} <= phones


def test_a_name_is_pronounced():
    assert pronounced("lynde") == "L IH N D"
    assert pronounced("o'malley").split()[-3:] == ["AE", "L", "IY"]


def test_what_has_no_english_pronunciation_is_named():
    with pytest.raises(ValueError, match="'こんにちは' has no English pronunciation"):
        pronounced("こんにちは")
