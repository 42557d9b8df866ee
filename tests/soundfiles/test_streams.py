import numpy as np
import pytest

from heschl import audio
from heschl.soundfiles.streams import resampled
from tests.helpers.recognition import RATE, noise


@pytest.mark.parametrize("rate", [8000, 44100, 48000, 11025, 7999, 96000, 22050, 1000])
def test_stream_is_resampled_like_the_whole_file(rate):
    whole = noise(round(13.37 * rate))
    blocks = np.split(whole, np.sort(np.random.default_rng(1).integers(0, len(whole), 40)))
    parts = list(resampled(iter(blocks), rate, RATE))
    assert len(parts) > 1
    np.testing.assert_allclose(np.concatenate(parts), audio.resample(whole, rate, RATE), rtol=0, atol=1e-6)
