"""The six components of auditory cortex of Norman-Haignere et al. 2015, if their folder is available."""

from pathlib import Path

import numpy as np
import pytest

from heschl.activations import modulation, sounds
from heschl.activations.modulation import ModulationFilters, ModulationParams
from heschl.audio import Sound
from heschl.encode import sources
from heschl.encode.params import Floors
from heschl.encode.regression import encode
from heschl.encode.splits import splits
from heschl.statistics.ridge import RELATIVE, gram

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "natsound165"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason=f"{FOLDER} is absent: it holds the recordings of Norman-Haignere et al. 2015",
    ),
]
BANK = ModulationParams(
    envelope_hz=100.0, channels_per_octave=12, rates_hz=(1.0, 4.0, 16.0), scales=(0.25, 1.0, 4.0)
)


def test_modulation_filters_predict_the_components():
    """Low-level features predict frequency components better than music; shuffled sounds predict nothing."""
    found = sources.read("components", FOLDER)
    sound = Sound(sample_rate=16000, clip_s=2.0)
    heard = found.align(sounds.of_folder(FOLDER, sound))
    assert heard.names == found.sounds
    assert found.values.shape == (165, 6, 1)
    features = modulation.features(ModulationFilters(BANK, sound).power(heard.waveforms, 16))
    every, floors = splits(165, 83, 10, 1), Floors(response=0.182, prediction=0.183)
    r2 = dict(
        zip(
            found.names,
            np.median(encode(gram(features), found.values, every, RELATIVE, floors).r2, axis=0),
            strict=True,
        )
    )
    assert min(r2["lowfreq"], r2["highfreq"]) > 0.3
    assert r2["lowfreq"] > r2["music"] + 0.1
    order = np.random.default_rng(0).permutation(165)
    shuffled = np.median(encode(gram(features), found.values[order], every, RELATIVE, floors).r2, axis=0)
    assert shuffled.max() < 0.05
