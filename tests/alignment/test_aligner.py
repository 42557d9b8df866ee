"""Word times of pocketsphinx against known ones: of synthetic sentences, and of real words in a row."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.alignment import measured, real, synthetic
from heschl.alignment.aligner import RATE, Model, align
from heschl.alignment.words import AlignmentError
from heschl.soundfiles.errors import SoundError

DATA = Path(__file__).parents[3] / "shared" / "data"
FIRST = """CHAPTER ONE MISSUS RACHEL LYNDE IS SURPRISED MISSUS RACHEL LYNDE LIVED JUST WHERE THE AVONLEA MAIN
ROAD DIPPED DOWN INTO A LITTLE HOLLOW FRINGED WITH ALDERS AND LADIES EARDROPS AND TRAVERSED BY A BROOK"""


def recordings(folder):
    if not (DATA / folder).is_dir():
        pytest.skip(f"shared/data/{folder} is absent")
    return DATA / folder


@pytest.fixture(scope="module")
def sentence(tmp_path_factory):
    """Return a file with a sentence, and its words."""
    path = tmp_path_factory.mktemp("sentence") / "sentence.wav"
    speech = next(synthetic())
    soundfile.write(path, speech.samples, RATE)
    return path, speech.words


def test_words_of_synthetic_sentences():
    table = measured([speech for speech, _ in zip(synthetic(), range(6), strict=False)])
    right = table[~table["wrong"]]
    assert len(right) > 60
    for bound in ("start_ms", "end_ms"):
        assert np.percentile(right[bound].abs(), 50) <= 15  # measured: 9
        assert np.percentile(right[bound].abs(), 90) <= 45  # measured: 31
    assert right["confidence"].median() > 5 * table.loc[table["wrong"], "confidence"].median()


def test_real_words_in_a_row():
    table = measured(real(recordings("real"), 10))
    right = table[~table["wrong"]]
    assert len(right) == 50
    for bound in ("start_ms", "end_ms"):
        assert np.percentile(right[bound].abs(), 50) <= 50  # measured: 32 to 35
        assert np.percentile(right[bound].abs(), 90) <= 190  # measured: 97 to 131
    assert right["confidence"].median() > 5 * table.loc[table["wrong"], "confidence"].median()


def test_a_real_utterance_with_words_that_the_dictionary_lacks():
    path = recordings("librispeech") / "103-1240-0000.flac"
    found = align(path, FIRST, Model())
    assert [word.word for word in found] == FIRST.lower().split()
    bounds = np.array([word[1:3] for word in found])
    assert (np.diff(bounds.ravel()) >= 0).all()
    assert bounds[-1, 1] <= soundfile.info(path).duration
    assert np.median([word.confidence for word in found]) > 0.3


def test_a_result_does_not_depend_on_earlier_sounds(sentence, tmp_path):
    path, words = sentence
    text = " ".join(word.word for word in words)
    first = align(path, text, Model())
    loud = tmp_path / "loud.wav"
    soundfile.write(loud, np.random.default_rng(1).uniform(-0.9, 0.9, 4 * RATE), RATE)
    align(loud, "something else", Model())
    assert align(path, text, Model()) == first


def test_rate_channels_and_level_do_not_matter(sentence, tmp_path):
    path, words = sentence
    samples, _ = soundfile.read(path)
    text = " ".join(word.word for word in words)
    other = tmp_path / "stereo.wav"
    soundfile.write(other, np.stack([samples, samples], 1) * 0.01, RATE, subtype="FLOAT")
    found, expected = align(other, text, Model()), align(path, text, Model())
    starts, others = ([word.start_s for word in each] for each in (found, expected))
    np.testing.assert_allclose(starts, others, atol=0.02)


def test_a_transcript_of_something_longer_is_refused(sentence):
    with pytest.raises(AlignmentError, match="the sound does not fit the transcript"):
        align(sentence[0], "many words that take far longer " * 12, Model())


def test_words_without_pronunciation_are_named(sentence):
    with pytest.raises(AlignmentError, match="'дом' has no English pronunciation: add it to a dictionary"):
        align(sentence[0], "дом", Model())


def test_models_and_dictionaries_of_ones_own(sentence, tmp_path):
    path, words = sentence
    own = tmp_path / "words.dict"
    own.write_text("first HH ER\nsecond B R AH DH ER P EY N T AH D\n")
    text = "first second the old wooden bridge behind our school last week"
    found = align(path, text, Model(dictionary=str(own)))
    known = next(word for word in words if word.word == "painted")
    assert abs(found[1].end_s - known.end_s) < 0.1
    with pytest.raises(AlignmentError, match=r"cannot load the model en-us with the dictionary .*missing"):
        align(path, "first", Model(dictionary=str(tmp_path / "missing.dict")))
    with pytest.raises(AlignmentError, match="cannot load the model /nowhere"):
        align(path, "first", Model(acoustic="/nowhere"))


def test_silence_and_files_that_cannot_be_read_are_named(tmp_path):
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE), RATE)
    with pytest.raises(AlignmentError, match="silent"):
        align(tmp_path / "silent.wav", "one", Model())
    with pytest.raises(SoundError):
        align(tmp_path / "missing.wav", "one", Model())


def test_alignment_needs_pocketsphinx(sentence, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pocketsphinx", None)
    with pytest.raises(AlignmentError, match="pip install pocketsphinx"):
        align(sentence[0], "one", Model(dictionary="new"))
