"""Subbands that keep their phase: half-wave rectified, low-passed where nerve fibers stop following it.

spectrum -> subbands -> max(0, x) -> low-pass of inner hair cells -> rate of the frames -> max(0, x)

This is the ear of Saddler & McDermott (2024, Nature Communications 15, 10590), with the half-cosine filters
of the cochleagram: frames at 8 to 10 kHz, phase locking up to 3 kHz.
"""

import math

import numpy as np
import torch
from torch import Tensor

from heschl.ear.constant import Constant

STAGES = 7  # filters of first order in a row
RING_S = 0.005  # in which the low-pass has died away


class Rectified:
    """Spectrum (batch, bins) -> rectified subbands (batch, frequency, time) >= 0.

    gains    : of the filters, (frequency, bins)
    length   : of the DFT of the spectrum, samples; the clip has the first `samples`
    rate     : of the samples, Hz
    limit_hz : of phase locking
    """

    def __init__(self, gains: np.ndarray, samples: int, length: int, frames: int, rate: int, limit_hz: float):
        self.gains, self.samples, self.length, self.frames = Constant(gains), samples, length, frames
        factor = samples // frames
        self.kept = frames + math.ceil(RING_S * rate / factor)  # frames, and silence in which it rings
        self.size = self.kept * factor
        hz = np.fft.rfftfreq(self.size, 1 / rate)[: self.kept // 2 + 1]
        self.low_pass = Constant(hair_cell(hz, limit_hz) / factor)

    def __call__(self, spectrum: Tensor) -> Tensor:
        """Return the rectified subbands."""
        bands = torch.fft.irfft(spectrum[:, None] * self.gains.like(spectrum), n=self.length)
        fine = torch.fft.rfft(bands[..., : self.samples].relu(), n=self.size)
        kept = fine[..., : self.kept // 2 + 1] * self.low_pass.like(fine)
        return torch.fft.irfft(kept, n=self.kept)[..., : self.frames].relu()


def hair_cell(hz: np.ndarray, limit_hz: float) -> np.ndarray:
    """Return the low-pass of an inner hair cell at frequencies, complex; its gain is `phase_locking`."""
    return (1 + 1j * hz / (2 * limit_hz)) ** -STAGES
