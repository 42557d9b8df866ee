"""Sums over the blocks of a sound: its number of samples, mean, peak, and powers."""

from dataclasses import dataclass, field

import numpy as np

from heschl.soundfiles.blocks import mono


@dataclass
class Totals:
    """Sums over the blocks of a file; non-finite samples of the mean of the channels are left out.

    sums, squares : (channels,), over all samples
    low, high     : of the mean of the channels
    """

    channels: int
    samples: int = 0
    total: float = 0.0
    square: float = 0.0
    low: float = np.inf
    high: float = -np.inf
    bad: int = 0
    first_bad: tuple[int, float] = (-1, 0.0)
    sums: np.ndarray = field(default_factory=lambda: np.zeros(1))
    squares: np.ndarray = field(default_factory=lambda: np.zeros(1))

    def add(self, block: np.ndarray) -> None:
        """Add a block, (samples, channels)."""
        mixed = mono(block)
        finite = np.isfinite(mixed)
        if not finite.all():
            place = int(np.argmin(finite))
            if not self.bad:
                self.first_bad = self.samples + place, float(mixed[place])
            self.bad += int((~finite).sum())
            block, mixed = block[finite], mixed[finite]
        self.samples += len(finite)
        if mixed.size:
            wide = block.astype(np.float64)
            self.sums = self.sums + np.ones(len(wide)) @ wide
            self.squares = self.squares + np.einsum("ij,ij->j", wide, wide)
            self.total += float(mixed.sum(dtype=np.float64))
            self.square += float(np.square(mixed, dtype=np.float64).sum())
            self.low, self.high = min(self.low, float(mixed.min())), max(self.high, float(mixed.max()))

    @property
    def mean(self) -> float:
        """Return the mean over time of the mean of the channels."""
        return self.total / max(1, self.samples - self.bad)

    @property
    def power(self) -> float:
        """Return the variance over time of the mean of the channels."""
        return max(0.0, self.square / max(1, self.samples - self.bad) - self.mean**2)

    @property
    def channel_power(self) -> float:
        """Return the variance over time of a channel, averaged over channels."""
        count = max(1, self.samples - self.bad)
        return float(np.mean(np.maximum(0.0, self.squares / count - np.square(self.sums / count))))
