"""A clip on the page is its waveform, with what was said of it."""

import base64
import io

import numpy as np
import pytest
import soundfile

from heschl.report.sections import clips
from tests.helpers.report_page import (
    EVIL,
    RATE,
    Page,
    words,
)


def test_the_hardest_clips_say_how_often_and_for_what(html):
    assert f"Wrong in 90 % of 31 conditions, most often taken for {EVIL}" in words(html)


def test_audio_is_the_waveform(read, html):
    sources = [attrs["src"] for attrs in Page(html).all("audio")]
    ordered = [
        read.examples.hardest[0].example,
        *(each for task in ("word", "genre") for each in read.examples.clips if each.task == task),
    ]
    for source, each in zip(sources, ordered, strict=True):
        heard, rate = soundfile.read(
            io.BytesIO(base64.b64decode(source.removeprefix("data:audio/wav;base64,")))
        )
        assert rate == RATE
        np.testing.assert_allclose(heard, each.waveform, atol=1.5 / 2**15)


def test_wav_clips_and_refuses_what_is_not_finite():
    heard, _ = soundfile.read(io.BytesIO(clips.wav(np.array([2.0, -2.0]), RATE)))
    np.testing.assert_allclose(heard, [1, -1], atol=1 / 2**15)
    with pytest.raises(ValueError, match="not finite"):
        clips.wav(np.array([0.0, np.nan]), RATE)
