"""Energy in frequency bands, and power at modulations."""

import numpy as np
import torch

from heschl.activations.modulation import ModulationFilters, ModulationParams, by_filter
from heschl.decode import levels
from heschl.ear.cochleagram import Cochleagram
from heschl.params import parse
from tests.helpers.device import on_device

BANK = {"envelope_hz": 100.0, "channels_per_octave": 12, "rates_hz": [4.0], "scales": [0.5, 1.0]}


def test_energy_is_highest_in_the_band_of_a_tone(sections, sound):
    class Heard:
        ear = Cochleagram(sections["cochleagram"], sound)
        cochleagram = ear

    time = np.arange(sound.samples) / sound.sample_rate
    tones = np.array([8000 * np.sin(2 * np.pi * hz * time) for hz in (150, 800, 3500)], np.int16)
    found = levels.frequency(Heard(), tones, 3, 2)
    assert found.values.argmax(axis=1).tolist() == [0, 1, 2]
    rows = Heard.ear.frequencies_hz
    ends = [float(end) for name in found.columns["frequency"] for end in name.removesuffix(" Hz").split("-")]
    assert ends[1] == ends[2]
    assert [ends[0], ends[-1]] == [round(rows[0]), round(rows[-1])]


def test_energy_is_computed_on_the_device_of_the_network(sections, sound):
    class Heard:
        ear = Cochleagram(sections["cochleagram"], sound)

        def cochleagram(self, waveform):
            return on_device(waveform, torch.ones(len(waveform), *self.ear.shape))

    found = levels.frequency(Heard(), np.zeros((3, sound.samples), np.int16), 2, 2, "meta")
    assert found.values.dtype == np.float64
    np.testing.assert_array_equal(found.values, np.ones((3, 2)))


def test_modulation_is_the_log_power_of_the_filters_even_in_silence(sound):
    params = parse("modulation", BANK, ModulationParams)
    waveforms = np.random.default_rng(0).integers(-3000, 3000, (5, sound.samples)).astype(np.int16)
    found = levels.modulation(params, sound, waveforms, 2)
    expected = by_filter(ModulationFilters(params, sound).power(waveforms, 5))
    np.testing.assert_allclose(found.values, np.log(expected), rtol=1e-5)
    assert found.columns == {"modulation": ("4 Hz, 0.5 cycles/octave", "4 Hz, 1 cycles/octave")}
    waveforms[1] = 0
    silent = levels.modulation(params, sound, waveforms, 2).values
    np.testing.assert_allclose(silent[1], np.log(1e-12 * expected[[0, 2, 3, 4]].max(axis=0)), rtol=1e-5)
    assert np.isfinite(levels.modulation(params, sound, 0 * waveforms, 2).values).all()
