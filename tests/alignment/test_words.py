import pytest

from heschl.alignment.words import AlignmentError, words_of


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        ("CHAPTER ONE", ["chapter", "one"]),
        ("“Don’t,” she said — twenty-one times!", ["don't", "she", "said", "twenty", "one", "times"]),
        ("'Tis the dogs' dinner.", ["tis", "the", "dogs", "dinner"]),
        ("the U.S. army... [laughter] <unk> (cough) again", ["the", "us", "army", "again"]),
        ("Zoë and/or Jürgen", ["zoë", "and", "or", "jürgen"]),
        ("e\u0301te\u0301", ["été"]),
        ("ﬁne ｗｏｒｄｓ", ["fine", "words"]),
    ],
)
def test_words_of_a_transcript(transcript, words):
    assert words_of(transcript) == words


@pytest.mark.parametrize(
    ("transcript", "problem"),
    [
        ("in 1998", "'1998' in the transcript is not a word: write it as it is spoken"),
        ("AT&T", "'at&t' in the transcript is not a word"),
        ("", "the transcript has no words"),
        (" - [noise] ...", "the transcript has no words"),
    ],
)
def test_what_is_not_a_word_is_named(transcript, problem):
    with pytest.raises(AlignmentError, match=problem):
        words_of(transcript)
