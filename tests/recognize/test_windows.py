"""Windows of a file equal those of the whole file without its offset, resampled, in little memory."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from heschl import audio
from heschl.recognize.windows import cut, windows
from heschl.soundfiles.errors import SoundError
from tests.helpers.recognition import RATE, noise


@pytest.mark.parametrize(
    ("length", "hop", "begins"),
    [
        (40, 10, [0, 10, 20, 30]),
        (43, 10, [0, 10, 20, 30, 33]),
        (43, 4, [0, 4, 8, 12, 16, 20, 24, 28, 32, 33]),
        (43, 25, [0, 25, 33]),
        (30, 25, [0, 20]),
        (10, 10, [0]),
        (7, 10, [0]),
        (0, 10, []),
    ],
)
def test_windows_cover_a_stream_to_its_end(length, hop, begins):
    stream = np.arange(length)
    for size in (1, 3, 17, 100):
        found = list(cut((stream[i : i + size] for i in range(0, length, size)), 10, hop))
        assert [begin for begin, _ in found] == begins
        for begin, waveform in found:
            np.testing.assert_array_equal(waveform, stream[begin : begin + 10])


def test_negligible_remainder_has_no_window():
    assert [begin for begin, _ in cut([np.zeros(2009)], 1000, 1000)] == [0, 1000]
    assert [begin for begin, _ in cut([np.zeros(2010)], 1000, 1000)] == [0, 1000, 1010]


def test_windows_of_a_stereo_file_of_another_rate(write, sound):
    stereo = np.stack([noise(5 * 22050), noise(5 * 22050, 1)], axis=1)
    path = write("a.flac", stereo, 22050, subtype="PCM_24")
    mean = stereo.mean(axis=1)
    whole = audio.resample(mean - mean.mean(), 22050, RATE)
    found = list(windows(path, sound, hop_s=0.5))
    assert [(window.start_s, window.end_s, window.note) for window in found] == [
        (0.5 * i, 0.5 * i + 1, "") for i in range(9)
    ]
    for window in found:
        start = round(window.start_s * RATE)
        np.testing.assert_allclose(window.waveform, whole[start : start + RATE], rtol=0, atol=1e-6)


def test_short_file_is_padded_on_both_sides(write, sound):
    path = write("a.wav", noise(2001), subtype="FLOAT")
    (window,) = windows(path, sound)
    assert (window.start_s, window.end_s, window.note) == (0, 2001 / RATE, "padded")
    expected = np.pad(noise(2001) - noise(2001).mean(dtype=np.float64), (2999, 3000))
    np.testing.assert_allclose(window.waveform, expected, rtol=0, atol=1e-8)


def test_silent_and_not_finite_windows_are_marked(write, sound):
    waveform = noise(5 * RATE)
    waveform[:RATE] = 0.25  # nothing but a mean
    waveform[RATE : 2 * RATE] *= 1e-6
    waveform[2 * RATE + 10] = np.nan
    waveform[3 * RATE + 10] = np.inf
    path = write("a.wav", waveform, subtype="FLOAT")
    assert [window.note for window in windows(path, sound)] == [
        "silent",
        "silent",
        "not finite",
        "not finite",
        "",
    ]
    high = write("b.wav", np.repeat(waveform, 2), 2 * RATE, subtype="FLOAT")
    assert [window.note for window in windows(high, sound)][2:] == [
        "not finite",
        "not finite",
        "",
    ]  # resampling does not spread it


def test_memory_does_not_grow_with_the_file_and_answers_begin_after_one_pass(tmp_path, sound, monkeypatch):
    peaks, asked, read = [], [], soundfile.SoundFile.read

    def watched(self, frames=-1, *args, **kwargs):
        asked.append(frames)
        return read(self, frames, *args, **kwargs)

    monkeypatch.setattr(soundfile.SoundFile, "read", watched)
    for minutes in (1, 20):
        path = tmp_path / f"{minutes}.wav"
        soundfile.write(path, np.zeros(1, np.int16), 2 * RATE)
        head = bytearray(path.read_bytes()[:44])
        head[40:44] = (minutes * 60 * 2 * RATE * 2).to_bytes(4, "little")
        with open(path, "wb") as file:  # sparse: takes no disk
            file.write(head)
            file.truncate(44 + minutes * 60 * 2 * RATE * 2)
        tracemalloc.start()
        assert sum(window.note == "silent" for window in windows(path, sound)) == minutes * 60
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert 0 < min(asked) <= max(asked) <= 4 * 2 * RATE
    assert peaks[1] < 1.05 * peaks[0] < 3e6  # bytes
    passes = 2 * (20 * 60 / 4 + 1)
    assert len(asked) > passes  # of the file of 20 minutes, in blocks of 4 s
    asked.clear()
    next(windows(path, sound))
    assert passes / 2 < len(asked) < passes / 2 + 4


def test_missing_file_raises_when_it_is_read(sound):
    with pytest.raises(SoundError, match=r"absent\.wav does not exist"):
        next(windows("absent.wav", sound))
