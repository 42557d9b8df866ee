"""Spellings of one person, and texts that cannot be names."""

import pytest

from heschl.corpus.names import LONGEST, checked, folded, identity

SAME = [
    ("anna", "Anna"),
    ("STRASSE", "stra\u00dfe"),
    ("007", "7"),
    ("s007", "S7"),
    ("7.0", "7"),
    ("\uff10\uff10\uff17", "7"),
    ("an\u200bna", "anna"),
    ("\ufeffanna", "anna"),
    ("anna\u00a0 b", "anna b"),
    ("anna\ufe0f", "anna"),
    ("e\u0301va", "\u00c9va"),
    ("\ufb01nn", "finn"),
    ("\u202eanna\u202c", "anna"),
    ("an\u00adna", "anna"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name(one, other):
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("anna", "anne"), ("7", "70"), ("s10", "s1"), ("0", "1"), ("1.5", "15"), ("eva", "\u00e9va")],
)
def test_other_names_stay_apart(one, other):
    assert identity(one) != identity(other)


def test_labels_keep_their_zeros():
    assert folded("007") != folded("7")
    assert folded("Jazz ") == folded("jazz")


@pytest.mark.parametrize(
    "text", ["null", "NA", "no", "1e5", "007", "nan", "None", "TRUE", "=1", "\u0645\u06cc\u200c\u062e"]
)
def test_any_visible_text_is_a_label_as_it_is_written(text):
    assert checked("word", text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "word is empty"),
        ("\u200b\ufeff", r"word is '\\u200b\\ufeff': invisible characters alone"),
        ("a\x07", r"word is 'a\\x07'; expected no control character, U\+0007: remove it"),
        ("two\nlines", r"word is 'two\\nlines'; expected no control character, U\+000A"),
        ("a" * (LONGEST + 1), r"word has 201 characters \('a{20}'\.\.\.\); expected at most 200: shorten it"),
        ("__word__", "word is '__word__'; a leading '__'"),
        ("a|b", r"word is 'a\|b'; .* reserved: use another name"),
    ],
)
def test_what_cannot_be_a_name(text, message):
    with pytest.raises(ValueError, match=message):
        checked("word", text)
