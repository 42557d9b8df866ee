import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from heschl import espeak
from heschl.audio import rms
from heschl.corpus import speech
from heschl.corpus.sentences import TARGET, carriers

PARAMS = speech.SpeechParams(
    words=("basement", "doctor", "village"),
    word_voices=3,
    tokens_per_word=2,
    talker_voices=2,
    talker_seconds=20.0,
    rate_wpm=(140, 180),
    pitch=(35, 65),
    pitch_range=(30, 70),
)
VOICE = ("gmw/en-US+m3", 165, 50, 50, 0, 1)


def digest(job):
    waveform, rows = speech.render(job, espeak.RATE)
    return hashlib.sha256(waveform.tobytes() + repr(rows).encode()).hexdigest()


@pytest.fixture(scope="module")
def rendered():
    return [(job, *speech.render(job, espeak.RATE)) for job in speech.word_jobs(PARAMS, 1)]


def test_a_job_gives_the_same_bytes_in_another_process_and_after_other_jobs():
    jobs = [speech.word_jobs(PARAMS, 1)[0], speech.talker_jobs(PARAMS, 1)[1]]
    code = f"from tests.corpus.test_speech import *\nfor job in {jobs!r}: print(digest(job))".replace(
        "WordJob(", "speech.WordJob("
    )
    code = code.replace("TalkerJob(", "speech.TalkerJob(").replace("Voice(", "speech.Voice(")
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [digest(job) for job in reversed(jobs)] == there[::-1]


@pytest.mark.parametrize("variant", ["m3", "klatt6", "Reed"])  # Reed: a Klatt voice with breath
def test_an_utterance_is_the_same_whatever_was_said_before(variant):
    voice = (f"gmw/en-US+{variant}", *VOICE[1:])
    first = espeak.say("the doctor was here", *voice)
    for other in ("f2", "Reed"):
        espeak.say("something else", f"gmw/en+{other}", *VOICE[1:])
    again = espeak.say("the doctor was here", *voice)
    np.testing.assert_array_equal(again[0], first[0])
    assert again[1] == first[1]


def test_the_seed_changes_voices_and_text():
    first, second = (speech.word_jobs(PARAMS, seed) for seed in (1, 2))
    assert [job.voice for job in first] != [job.voice for job in second]
    texts = [carriers(np.random.default_rng(jobs[0].entropy), 5) for jobs in (first, second)]
    assert texts[0] != texts[1]


def test_no_variant_is_both_word_voice_and_talker():
    words, talkers = speech.WORD_VARIANTS, speech.TALKER_VARIANTS
    assert len(words) >= 60
    assert len(talkers) >= 20
    assert len({name.lower() for name in words + talkers}) == len(words) + len(talkers)
    assert set(words + talkers) <= espeak.variants()


def test_every_variant_speaks_in_some_accent_and_every_accent_is_used():
    full = replace(PARAMS, word_voices=len(speech.WORD_VARIANTS), talker_voices=len(speech.TALKER_VARIANTS))
    jobs = [*speech.word_jobs(full, 1), *speech.talker_jobs(full, 1)]
    for accent in speech.ACCENTS:
        espeak.check_voice(f"gmw/{accent}+m1")
    assert {job.voice.accent for job in jobs} == set(speech.ACCENTS)
    assert len({job.name for job in jobs}) == len(jobs)
    assert all(set(job.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for job in jobs)


def test_every_voice_says_every_word_as_often_as_asked(rendered):
    assert len(rendered) == PARAMS.word_voices
    for job, _, rows in rendered:
        assert Counter(row["word"] for row in rows) == dict.fromkeys(PARAMS.words, PARAMS.tokens_per_word)
        assert {row["speaker"] for row in rows} == {job.voice.variant}


def test_words_lie_within_running_speech(rendered):
    for _, waveform, rows in rendered:
        assert rows[0]["start_s"] > 1
        assert rows[-1]["end_s"] < waveform.size / espeak.RATE - 1
        assert all(before["end_s"] < after["start_s"] for before, after in pairwise(rows))
        for row in rows:
            assert 0.2 < row["end_s"] - row["start_s"] < 0.8
            assert rms(
                waveform[round(row["start_s"] * espeak.RATE) : round(row["end_s"] * espeak.RATE)]
            ) > 0.4 * rms(waveform)


def test_bounds_enclose_a_word_that_stands_between_pauses():
    waveform, words = espeak.say("we left, basement, we left", *VOICE)
    word = next(word for word in words if word.length == len("basement"))
    before, after = (waveform[a:b] for a, b in ((word.start - 1000, word.start), (word.end, word.end + 1000)))
    assert rms(waveform[word.start : word.end]) > 30 * max(rms(before), rms(after))


def test_what_is_said_around_a_word_does_not_depend_on_it(monkeypatch):
    texts = []
    monkeypatch.setattr(espeak, "say", lambda text, *_: (texts.append(text), 1 / 0))
    job = speech.word_jobs(PARAMS, 1)[0]
    for words in (job.words, ("tiger", "music", "captain")):
        with pytest.raises(ZeroDivisionError):
            speech.render(replace(job, words=words), espeak.RATE)
        for word in words:
            texts[-1] = texts[-1].replace(word, TARGET)
    assert texts[0] == texts[1]
    assert texts[0].count(TARGET) == len(job.words) * job.tokens


def test_a_talker_has_the_duration_asked_for():
    job = speech.talker_jobs(PARAMS, 1)[0]
    waveform, rows = speech.render(job, espeak.RATE)
    assert rows == [{"speaker": job.voice.variant, "start_s": 0.0, "end_s": PARAMS.talker_seconds}]
    assert waveform.size == PARAMS.talker_seconds * espeak.RATE
    assert min(rms(part) for part in np.split(waveform, 10)) > 0.3 * rms(waveform)


def test_level_and_time_do_not_depend_on_the_sample_rate(rendered):
    job, waveform, rows = rendered[0]
    other, other_rows = speech.render(job, 16000)
    assert other_rows == rows
    assert other.dtype == np.float32
    assert other.size / 16000 == pytest.approx(waveform.size / espeak.RATE, abs=1e-4)
    assert rms(other) == pytest.approx(speech.LEVEL, rel=1e-4)
    assert np.abs(other).max() <= 1


def test_words_are_found_by_position():
    text = "one of the doctors café village"
    words = espeak.say(text, *VOICE)[1]
    assert [text[word.position : word.position + word.length] for word in words] == [
        "one",
        "of",
        "doctors",
        "café",
        "village",
    ]
    assert all(word.start < word.end for word in words)


@pytest.mark.parametrize(
    ("voice", "message"),
    [
        ("gmw/en-US+nobody", "no variant 'nobody'"),
        ("gmw/en-US", "no variant ''"),
        ("gmw/en-Mars+m3", "no language file 'gmw/en-Mars'"),
    ],
)
def test_an_unknown_voice_is_an_error(voice, message):
    with pytest.raises(ValueError, match=message):
        espeak.say("hello", voice, *VOICE[1:])


def test_a_data_path_that_is_too_long_is_an_error(monkeypatch, tmp_path):
    folder = tmp_path / ("x" * 160)
    folder.symlink_to(espeak.espeakng_loader.get_data_path())
    monkeypatch.setattr(espeak.espeakng_loader, "get_data_path", lambda: str(folder))
    with pytest.raises(RuntimeError, match="shorter name"):
        espeak.say("hello", *VOICE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"word_voices": 1000}, "word_voices is 1000; expected 1 to"),
        ({"words": ("Doctor",)}, "'Doctor' is not a lower-case word"),
        ({"words": ("doctor", "doctor")}, "'doctor' is not a lower-case word, or is listed twice"),
        ({"words": ("garden",)}, "'garden' is also spoken around"),
    ],
)
def test_params_that_cannot_be_met_are_errors(change, message):
    with pytest.raises(ValueError, match=message):
        speech.word_jobs(replace(PARAMS, **change), 1)
