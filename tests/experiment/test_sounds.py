import numpy as np
import pytest
import soundfile

from heschl.audio import FULL_SCALE, rms
from heschl.experiment import build, checks
from tests.helpers.listening import PARAMS


def test_volume_has_the_level_and_spectrum_of_clips_and_beeps_can_be_counted(opened, tmp_path, fake_modules):
    build.build(opened, tmp_path / "out", PARAMS)
    clips = [soundfile.read(path)[0] for path in sorted((tmp_path / "out/clips").iterdir())]
    noise, rate = soundfile.read(tmp_path / "out/sounds/volume.wav")
    assert rms(noise) == pytest.approx(
        np.median([rms(clip) for clip in clips]), rel=2 / FULL_SCALE / rms(noise)
    )
    assert len(noise) == opened.sound.samples
    mean = np.mean([np.abs(np.fft.rfft(clip / rms(clip))) ** 2 for clip in clips], axis=0)
    assert np.corrcoef(np.log(mean[1:-1]), np.log(np.abs(np.fft.rfft(noise))[1:-1] ** 2))[0, 1] > 0.9
    for count in range(1, checks.BEEPS + 1):
        beeps, _ = soundfile.read(tmp_path / f"out/sounds/beeps-{count}.wav")
        loud = np.convolve(np.abs(beeps) > 0.01, np.ones(rate // 50), "same") > 0
        assert np.count_nonzero(np.diff(loud.astype(int)) == 1) == count
