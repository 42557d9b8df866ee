"""Modules that PyTorch lacks: TensorFlow's SAME padding, mean pooling with it, and its order of units."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Same(nn.Module):
    """Pad (batch, channel, frequency, time) as TensorFlow's SAME does: an odd sample goes last.

    value : of the padding
    """

    def __init__(self, kernel: Sequence[int], stride: Sequence[int], value: float = 0.0):
        super().__init__()
        self.kernel, self.stride, self.value = tuple(kernel), tuple(stride), value

    def forward(self, image: Tensor) -> Tensor:
        """Return the padded image."""
        pads: list[int] = []
        sizes = zip(image.shape[:1:-1], self.kernel[::-1], self.stride[::-1], strict=True)
        for size, kernel, stride in sizes:  # time, then frequency
            total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        return functional.pad(image, pads, value=self.value) if any(pads) else image


class SameMean(nn.Module):
    """Mean over a window of (batch, channel, frequency, time); padding counts as zeros or not at all."""

    def __init__(self, kernel: Sequence[int], stride: Sequence[int], count_padding: bool):
        super().__init__()
        self.same = Same(kernel, stride)
        self.kernel, self.stride, self.count_padding = tuple(kernel), tuple(stride), count_padding

    def forward(self, image: Tensor) -> Tensor:
        """Return the pooled image."""
        mean = functional.avg_pool2d(self.same(image), self.kernel, self.stride)
        if self.count_padding:
            return mean
        ones = self.same(torch.ones_like(image[:1, :1]))
        return mean / functional.avg_pool2d(ones, self.kernel, self.stride)


class Flatten(nn.Module):
    """(batch, channel, frequency, time) -> (batch, frequency x time x channel), TensorFlow's order."""

    def forward(self, image: Tensor) -> Tensor:
        """Return the flattened image; (batch, units) is returned as it is."""
        return image.permute(0, 2, 3, 1).flatten(1) if image.ndim == 4 else image
