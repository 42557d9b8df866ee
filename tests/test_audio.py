import numpy as np
import pytest
import soundfile
import torch
from torchaudio.functional import resample

from heschl import audio


def test_written_and_read_back_to_the_bit(tmp_path):
    waveform = np.random.default_rng(0).uniform(-1, 1, 1000).astype(np.float32)
    audio.write(tmp_path / "a" / "x.wav", waveform, 8000)
    back, rate = soundfile.read(tmp_path / "a" / "x.wav", dtype="int16")
    assert rate == 8000
    np.testing.assert_array_equal(back, audio.to_int16(waveform))
    found, rate = audio.read(tmp_path / "a" / "x.wav")
    assert rate == 8000
    np.testing.assert_array_equal(found, back)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x.wav"]


def test_rounding_clips_at_full_scale():
    np.testing.assert_array_equal(
        audio.to_int16(np.array([-2, -1, 0, 0.5, 1, 2.0])), [-32768, -32768, 0, 16384, 32767, 32767]
    )


@pytest.mark.parametrize(
    ("rate", "new_rate"), [(44100, 16000), (8000, 16000), (22050, 16000), (16000, 16000), (11025, 16000)]
)
def test_resampling_agrees_with_torchaudio(rate, new_rate):
    time = np.arange(rate) / rate
    chord = sum(0.2 * np.sin(2 * np.pi * hz * time) for hz in (110, 997, 2500)) * np.hanning(rate)
    expected = resample(torch.tensor(chord), rate, new_rate, lowpass_filter_width=48)
    found = audio.resample(chord, rate, new_rate)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_a_foreign_or_short_wav_is_refused(tmp_path):
    soundfile.write(tmp_path / "float.wav", np.zeros(10), 8000, subtype="FLOAT")
    with pytest.raises(ValueError, match=r"float\.wav is not a mono 16-bit wav"):
        audio.read(tmp_path / "float.wav")
    audio.write(tmp_path / "cut.wav", np.ones(100, np.float32), 8000)
    whole = (tmp_path / "cut.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:-20])
    with pytest.raises(ValueError, match=r"cut\.wav is empty or truncated"):
        audio.read(tmp_path / "cut.wav")


def test_levels():
    assert audio.rms(np.array([3.0, -4.0])) == pytest.approx(np.sqrt(12.5))
    assert audio.rms(np.zeros(0)) == 0
    assert audio.db(10) == pytest.approx(20)
    assert audio.db(0) == -np.inf
    assert audio.from_db(audio.db(0.3)) == pytest.approx(0.3)


@pytest.mark.parametrize("count", [1, 7, 40, 100])
@pytest.mark.parametrize("start", [-250, -41, -3, 0, 5, 60, 77, 99, 100, 1000])
def test_a_cut_is_padded_with_silence_or_with_the_file_repeated(tmp_path, count, start):
    waveform = np.random.default_rng(count).uniform(-1, 1, count).astype(np.float32)
    audio.write(tmp_path / "x.wav", waveform, 100)
    whole = audio.to_int16(waveform).astype(np.float32) / 32768
    padded = np.concatenate([np.zeros(300), whole, np.zeros(1100)])[300 + start :][:40]
    found = audio.cut(tmp_path / "x.wav", start / 100, 40)
    assert (found.dtype, found.shape) == (np.float32, (40,))
    np.testing.assert_array_equal(found, padded)
    repeated = np.tile(whole, 2000)[count * 1000 + start :][:40] if count > 1 else np.repeat(whole, 40)
    np.testing.assert_array_equal(audio.cut(tmp_path / "x.wav", start / 100, 40, repeat=True), repeated)
    assert audio.length(tmp_path / "x.wav") == (count, 100)
