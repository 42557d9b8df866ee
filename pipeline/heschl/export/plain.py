"""The ear without complex numbers and transforms: matrix products alone, as every ONNX runtime has them.

A DFT of n = p q points is two matrix products with a rotation between them (Cooley & Tukey 1965):

sample q i + j --> DFT over i: (p, p) --> rotate by k j / n --> DFT over j: (q, q) --> bin k + p m

If n has no factors of similar size, it is a convolution with a chirp, by DFTs of 2^r >= 2 n points (Bluestein
1970).
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from heschl.ear.cochleagram import Cochleagram, level
from heschl.ear.decimation import Decimation
from heschl.ear.subbands import Group

WIDEST = 1024  # side of a matrix
Parts = tuple[Tensor, Tensor]  # real and imaginary


class PlainError(ValueError):
    """An ear that has no plain form; says why."""


def fourier(n: int, sign: int) -> nn.Module:
    """Return the DFT of n points by its shortest way; as `Fourier`."""
    widest = n // max(factor for factor in range(1, int(n**0.5) + 1) if n % factor == 0)
    return Chirp(n, sign) if widest > WIDEST else Fourier(n, sign)


class Fourier(nn.Module):
    """The DFT of complex signals (..., n) -> (..., n), as real and imaginary parts.

    sign : -1, or 1 for the inverse, which is not divided by n
    """

    def __init__(self, n: int, sign: int):
        super().__init__()
        self.p = max(factor for factor in range(1, int(n**0.5) + 1) if n % factor == 0)
        self.q = n // self.p
        p, q = np.arange(self.p), np.arange(self.q)
        turn = sign * 2j * np.pi
        _keep(self, "first", np.exp(turn * np.outer(p, p) / self.p))
        _keep(self, "rotation", np.exp(turn * np.outer(p, q) / n))
        _keep(self, "second", np.exp(turn * np.outer(q, q) / self.q))

    def forward(self, real: Tensor, imaginary: Tensor | None = None) -> Parts:
        """Return the DFT; imaginary : None for a real signal."""
        a, b = (
            None if part is None else part.unflatten(-1, (self.p, self.q)).mT for part in (real, imaginary)
        )
        a, b = (part.mT for part in _product(a, b, self, "first"))
        a, b = _times(a, b, self.rotation_real, self.rotation_imaginary)
        a, b = _product(a, b, self, "second")
        return a.mT.flatten(-2), b.mT.flatten(-2)


class Chirp(nn.Module):
    """The DFT of any number of points; as `Fourier`."""

    def __init__(self, n: int, sign: int):
        super().__init__()
        size = 1 << (2 * n - 1).bit_length()
        turns = np.arange(n, dtype=np.int64) ** 2 % (2 * n)
        chirp = np.exp(sign * 1j * np.pi * turns / n)
        wrapped = np.zeros(size, complex)
        wrapped[:n] = chirp.conj()
        wrapped[size - n + 1 :] = chirp[:0:-1].conj()
        _keep(self, "chirp", chirp)
        _keep(self, "kernel", np.fft.fft(wrapped) / size)
        self.n, self.silence = n, size - n
        self.there, self.back = Fourier(size, -1), Fourier(size, 1)

    def forward(self, real: Tensor, imaginary: Tensor | None = None) -> Parts:
        """Return the DFT; imaginary : None for a real signal."""
        a, b = _times(real, imaginary, self.chirp_real, self.chirp_imaginary)
        a, b = self.there(pad(a, (0, self.silence)), pad(b, (0, self.silence)))
        a, b = self.back(*_times(a, b, self.kernel_real, self.kernel_imaginary))
        return _times(a[..., : self.n], b[..., : self.n], self.chirp_real, self.chirp_imaginary)


class PlainGroup(nn.Module):
    """Spectrum -> envelopes of the filters of a group, as `Group.envelopes`."""

    def __init__(self, group: Group):
        super().__init__()
        self.low, self.high, self.floor, self.points = group.low, group.high, group.floor, group.points
        filters = len(group.gains.array)
        self.shape = (filters, group.width)
        _keep(self, "delay", group.delay.array)
        self.register_buffer("bins", torch.tensor(group.bins.array), persistent=False)
        self.register_buffer("gains", _float(group.gains.array[:, ::2]), persistent=False)
        self.inverse, self.decimate = fourier(group.points, 1), PlainDecimation(group.decimate, group.points)

    def forward(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Return the low-passed envelopes (batch, filters, time) of spectra (batch, bins)."""
        a, b = real[:, self.low : self.high], imaginary[:, self.low : self.high]
        a, b = _times(a, b, self.delay_real, self.delay_imaginary)
        a, b = self.inverse(self._filtered(a), self._filtered(b))
        return self.decimate((a * a + b * b).clamp_min(self.floor**2).sqrt())

    def _filtered(self, band: Tensor) -> Tensor:
        """Return the bins of each filter, times its gains, with zeros up to the number of points."""
        chosen = band.index_select(1, self.bins).unflatten(1, self.shape) * self.gains
        return pad(chosen, (0, self.points - self.shape[1]))


class PlainDecimation(nn.Module):
    """Points (..., points) -> frames (..., time), as `Decimation`."""

    def __init__(self, of: Decimation, points: int):
        super().__init__()
        self.of, self.silence = of, of.blocks * of.points - points
        weights = np.ones(points)
        for place, each in zip(of.places, of.ends, strict=False):
            weights[place] = weights[place] * each.array
        self.register_buffer("weights", _float(weights), persistent=False)
        self.register_buffer("matrix", _float(of.matrix.array), persistent=False)

    def forward(self, points: Tensor) -> Tensor:
        """Return the frames."""
        rows = pad(points * self.weights, (0, self.silence)).unflatten(-1, (self.of.blocks, self.of.points))
        reach = rows @ self.matrix  # (..., blocks, frames that a block contributes to)
        frames, block = reach[..., : self.of.block], self.of.block
        for later, start in enumerate(range(block, reach.shape[-1], block), start=1):
            part = reach[..., : self.of.blocks - later, start : start + block]
            frames = frames + pad(part, (0, block - part.shape[-1], later, 0))
        return frames.flatten(-2)[..., self.of.first : self.of.first + self.of.kept]


class PlainEar(nn.Module):
    """Waveform (batch, samples) -> cochleagram, as a `Cochleagram` of one channel without `timing`.

    raises : PlainError for another one
    """

    def __init__(self, ear: Cochleagram):
        super().__init__()
        if ear.sound.channels != 1 or ear.params.timing or not ear.groups:
            raise PlainError("an ear that keeps timing, or has two channels, has no plain form.")
        self.ear, self.padding = [ear], ear.length - ear.samples  # a list: no module of this one
        self.transform = fourier(ear.length, -1)
        self.groups = nn.ModuleList(PlainGroup(group) for group in ear.groups)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the cochleagrams of waveforms, float32 in [-1, 1]."""
        (ear,) = self.ear
        heard = waveform if ear.params.rms is None else level(waveform, ear.params.rms)
        spectrum = self.transform(pad(heard, (0, self.padding)))
        envelopes = torch.cat([group(*spectrum) for group in self.groups], dim=1)
        compressed = (envelopes.clamp_min(0) + ear.program.offset) ** ear.params.compression
        return ear.picture(compressed) if ear.picture else compressed


def _times(a: Tensor, b: Tensor | None, c: Tensor, d: Tensor) -> Parts:
    """Return (a + ib) (c + id); b : None if it is 0."""
    return (a * c, a * d) if b is None else (a * c - b * d, a * d + b * c)


def _product(a: Tensor, b: Tensor | None, of: nn.Module, name: str) -> Parts:
    """Return a complex matrix product; b : None if the imaginary part is 0."""
    c, d = getattr(of, f"{name}_real"), getattr(of, f"{name}_imaginary")
    return (a @ c, a @ d) if b is None else (a @ c - b @ d, a @ d + b @ c)


def _keep(module: nn.Module, name: str, array: np.ndarray) -> None:
    """Give a module the parts of a complex array."""
    module.register_buffer(f"{name}_real", _float(array.real), persistent=False)
    module.register_buffer(f"{name}_imaginary", _float(array.imag), persistent=False)


def _float(array: np.ndarray) -> Tensor:
    return torch.tensor(np.ascontiguousarray(array), dtype=torch.float32)
