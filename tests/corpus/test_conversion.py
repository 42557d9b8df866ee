"""One recording to a wav file: its level, its digest, its length, in little memory."""

import hashlib
import tracemalloc

import numpy as np
import pytest
import soundfile

from heschl import audio
from heschl.corpus import conversion
from heschl.corpus.conversion import Recording, convert, lift, wav_name
from tests.helpers import broken

RATE = 8000


def test_names_are_ascii_and_never_collide():
    paths = [
        "a/x y.wav",
        "b/x y.wav",
        "a/X Y.wav",
        "a/x y.flac",
        "\u97f3.wav",
        "\u697d.wav",
        "\u00e9.wav",
        "e\u0301.wav",
        "a" * 99,
    ]
    names = [wav_name(path) for path in paths]
    assert len({name.lower() for name in names}) == len(paths)
    assert all(
        name.isascii() and len(name) < 60 and name.endswith(".wav") and name[0].isalnum() for name in names
    )
    assert names == [wav_name(path) for path in paths]


def converted(tmp_path, sound, name="a.wav", rate=RATE, **kind):
    """Write and convert a sound; return the outcome, and the samples of the wav file, (samples,) int16."""
    soundfile.write(tmp_path / name, sound, RATE, **kind)
    recording = Recording(tmp_path / name, tmp_path / "out" / f"{name}.wav", ((0.0, len(sound) / RATE),))
    outcome = convert(recording, rate)
    assert outcome.reasons == ("",)
    return outcome, soundfile.read(recording.wav, dtype="int16")[0]


@pytest.mark.parametrize("rms_db", [-80, -70, -50, -30])
def test_a_quiet_recording_keeps_its_bits(tmp_path, rms_db):
    sound = audio.from_db(rms_db) * np.random.default_rng(0).standard_normal(RATE)
    _, pcm = converted(tmp_path, sound, subtype="FLOAT")
    sound -= sound.mean()
    gain = (pcm @ sound) / (sound @ sound)
    snr_db = audio.db(audio.rms(gain * sound) / audio.rms(pcm - gain * sound))
    assert snr_db > 70
    assert np.abs(pcm).max() < 32767


def test_samples_of_16_bits_stay_exact_when_they_are_lifted(tmp_path):
    steps = np.random.default_rng(0).integers(-20, 21, RATE).astype(np.int16)
    steps = np.r_[steps, -steps]
    _, pcm = converted(tmp_path, steps)
    np.testing.assert_array_equal(pcm, steps * np.int16(512))  # the peak, 20, is lifted to 1/4 to 1/2


@pytest.mark.parametrize(
    ("peak", "gain"), [(0.5, 1), (2**-4, 1), (0.06, 8), (2**-5, 8), (2**-10, 256), (0.0, 1)]
)
def test_a_lifted_peak_is_a_quarter_to_a_half(peak, gain):
    assert lift(peak) == gain
    assert gain == 1 or 0.25 <= peak * gain < 0.5


def test_the_digest_is_that_of_the_sound(tmp_path):
    sound = np.random.default_rng(0).integers(-9999, 9999, RATE).astype(np.int16)
    one, pcm = converted(tmp_path, sound)
    same, _ = converted(tmp_path, sound, "other name.flac")
    other, _ = converted(tmp_path, sound[::-1], "b.wav")
    assert one.digest == same.digest == hashlib.sha256(pcm.tobytes()).hexdigest()
    assert other.digest != one.digest


def test_a_header_that_is_wrong_is_noted_and_a_row_beyond_the_sound_says_why(tmp_path):
    broken.wav(tmp_path / "a.wav", data=0)
    recording = Recording(tmp_path / "a.wav", tmp_path / "out" / "a.wav", ((0.0, 6.0), (0.0, 7.0)))
    outcome = convert(recording, RATE)
    assert outcome.reasons[0] == ""
    assert outcome.reasons[1].startswith(
        "shorter than its row says: lasts 6.000 s, the row is 0.0 to 7.0 s; its header"
    )
    assert outcome.notes == (
        "its header gives 0 bytes of samples (was the recorder interrupted?); 6.00 s were found and used",
    )


def test_a_recording_that_no_wav_file_can_hold_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(conversion, "WAV_BYTES", 2 * RATE)
    soundfile.write(tmp_path / "a.wav", np.ones(2 * RATE), RATE)
    outcome = convert(Recording(tmp_path / "a.wav", tmp_path / "out" / "a.wav", ((0.0, 1.0),)), RATE)
    assert outcome.reasons[0].startswith(
        "too long for a wav file: lasts 0.0 h, at 8000 Hz expected at most 0.0 h"
    )
    assert not list((tmp_path / "out").rglob("*.*"))


def test_memory_does_not_grow_with_a_recording(tmp_path):
    peaks = []
    for minutes in (1, 5):
        block = 0.1 * np.random.default_rng(0).standard_normal(60 * RATE)
        with soundfile.SoundFile(tmp_path / f"{minutes}.flac", "w", RATE, 1) as file:
            for _ in range(minutes):
                file.write(block)
        recording = Recording(
            tmp_path / f"{minutes}.flac", tmp_path / "out" / "a.wav", ((0.0, 60.0 * minutes),)
        )
        tracemalloc.start()
        assert convert(recording, 2 * RATE).reasons == ("",)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0] < 1.5e7  # bytes; as float32 the longer one takes 19 MB
