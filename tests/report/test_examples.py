"""An example is what the network hears and answers."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from heschl.audio import Sound
from heschl.report import examples, page
from tests.helpers.device import on_device
from tests.helpers.report_page import EVIL, RATE, Page, changed


class Ear:
    """Four rows; the picture is the waveform's first samples."""

    sound = Sound(sample_rate=RATE, clip_s=2.0)
    frequencies_hz, times_s = np.array([100.0, 150.0, 250.0, 300.0]), np.arange(10) / RATE

    def __call__(self, sound):
        return sound[:, None, :10].repeat(1, 4, 1)


class Hearing:
    """Hears "null" whatever it is, and "__genre__" more so, which is no answer."""

    labels, ear = {"word": ["__genre__", "7", "null"]}, Ear()

    def __call__(self, sound):
        return {"word": torch.tensor([[9.0, 0.0, np.log(3.0)]] * len(sound))}


class Clips(list):
    """Stand in for shards: a list of int16 waveforms."""

    sound = SimpleNamespace(sample_rate=RATE)

    def record(self, number):
        return {"key": f"clip{number}"}

    def waveforms(self, numbers):
        return np.array([self[number] for number in numbers], dtype=np.int16)


TWO = Clips([[0] * 800, [16384] * 800])


def test_examples_are_what_the_network_hears_and_says():
    row = {
        "key": "clip1",
        "task": "word",
        "background": "clean",
        "snr_db": np.nan,
        "truth": "7",
        "answer": "null",
        "correct": False,
    }
    (found,) = examples.hear(pd.DataFrame([row]), Hearing(), TWO)
    assert [label for label, _ in found.top5] == ["null", "7"]
    np.testing.assert_allclose([share for _, share in found.top5], [0.75, 0.25])
    np.testing.assert_array_equal(found.waveform, np.full(800, 0.5))
    np.testing.assert_array_equal(found.cochleagram, np.full((4, 10), 0.5))
    np.testing.assert_allclose(found.frequencies_hz, [100, 150, 250, 300])
    assert (found.key, found.truth, found.sample_rate) == ("clip1", "7", RATE)


def test_examples_are_heard_on_the_device_of_the_network():
    class DeviceEar(Ear):
        def __call__(self, sound):
            return on_device(sound, torch.zeros(len(sound), 4, 10))

    class DeviceHearing(Hearing):
        ear = DeviceEar()

        def __call__(self, sound):
            return {task: on_device(sound, logits) for task, logits in super().__call__(sound).items()}

    row = {
        "key": "clip0",
        "task": "word",
        "background": "clean",
        "snr_db": np.nan,
        "truth": "7",
        "answer": "7",
    }
    heard, table, test = DeviceHearing(), pd.DataFrame([row]), Clips([[0] * 2 * RATE])
    hardest = pd.DataFrame([{"key": "clip0", "wrong": 0.9, "conditions": 31, "said": "null"}])
    found = examples.collect(table, hardest, table, heard, test, "meta")
    assert found.clips[0].top5 == found.hardest[0].example.top5
    np.testing.assert_allclose([share for _, share in found.clips[0].top5], [0.75, 0.25])
    assert {image.shape for image in found.ear.images.values()} == {(4, 10)}


def test_examples_of_other_shards_are_refused():
    with pytest.raises(ValueError, match=r"test shards lack \['clip7'\]"):
        examples.hear(pd.DataFrame({"key": ["clip1", "clip7"]}), Hearing(), TWO)


def test_what_the_ear_makes_of_a_clip_a_tone_and_a_chord(read):
    noisy, clean = (
        replace(
            read.examples.clips[0],
            task="word",
            truth=truth,
            background=kind,
            waveform=np.full(2 * RATE, level, "float32"),
        )
        for truth, kind, level in (("no", "scene", 1.0), ("yes", "clean", 0.25))
    )
    shown = examples.demonstrate(Ear(), [replace(clean, task="genre"), noisy, clean])
    heard = shown.images
    assert list(heard) == ["word: yes", "tone of 1000 Hz", "chord: C, E, G of 8 partials"]
    np.testing.assert_array_equal(heard["word: yes"], np.full((4, 10), 0.25))
    pictures = {"one": np.eye(8, 20), f"two {EVIL}": np.eye(8, 20)}
    ear = examples.Demonstration(pictures, np.geomspace(50, 4000, 8), np.arange(20) * 0.005)
    found = Page(page.render(changed(read, examples={"ear": ear})))
    assert EVIL in next(attrs["alt"] for attrs in found.all("img") if "one; of two" in attrs["alt"])
    assert "65 bands of an ear between 50 and 4000 Hz" in " ".join(" ".join(found.text).split())
