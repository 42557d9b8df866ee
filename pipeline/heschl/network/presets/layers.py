"""What a preset is, and short constructors of its layers."""

from collections.abc import Mapping
from dataclasses import dataclass

from heschl.network.table import (
    BatchNorm,
    Conv,
    Dropout,
    Linear,
    MaxPool,
    MeanPool,
    NetworkParams,
    ResponseNorm,
)

Size = tuple[int, int]  # frequency, time


@dataclass(frozen=True)
class Preset:
    """A network with the classes and the input that it was published with.

    classes : task -> number of classes
    shape   : (frequency, time) of the cochleagram
    """

    network: NetworkParams
    classes: Mapping[str, int]
    shape: Size


def conv(name: str, filters: int, kernel: Size, stride: Size, bias: bool = True) -> Conv:
    """Return a convolution."""
    return Conv(kind="conv", name=name, filters=filters, kernel=kernel, stride=stride, bias=bias)


def max_pool(name: str, kernel: Size, stride: Size) -> MaxPool:
    """Return a maximum over windows."""
    return MaxPool(kind="max_pool", name=name, kernel=kernel, stride=stride)


def mean_pool(name: str, kernel: Size, stride: Size, count_padding: bool) -> MeanPool:
    """Return a mean over windows."""
    return MeanPool(kind="mean_pool", name=name, kernel=kernel, stride=stride, count_padding=count_padding)


def batch_norm(name: str) -> BatchNorm:
    """Return a batch normalization."""
    return BatchNorm(kind="batch_norm", name=name)


def response_norm(name: str) -> ResponseNorm:
    """Return Kell et al.'s response normalization: TensorFlow's radius 2, bias 1, alpha 1e-3, beta 0.75."""
    return ResponseNorm(kind="local_response_norm", name=name, size=5, alpha=0.005, beta=0.75, k=1.0)


def linear(name: str, units: int) -> Linear:
    """Return a fully connected layer."""
    return Linear(kind="linear", name=name, units=units)


def dropout(name: str, share: float) -> Dropout:
    """Return a dropout."""
    return Dropout(kind="dropout", name=name, share=share)
