"""The table of layers: params section `network` of a branched network."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.params import Count, Positive, Share, section

INPUT = "input"  # branch_after: the branches begin at the cochleagram
READOUT = "readout"  # the last layer of each branch, which the table leaves out


@section
class Conv:
    """Convolution with SAME padding, then ReLU."""

    kind: Literal["conv"]
    name: str
    filters: Count
    kernel: tuple[Count, Count]  # frequency, time
    stride: tuple[Count, Count]


@section
class MaxPool:
    """Maximum over a window, with SAME padding."""

    kind: Literal["max_pool"]
    name: str
    kernel: tuple[Count, Count]  # frequency, time
    stride: tuple[Count, Count]


@section
class MeanPool:
    """Mean over a window, with SAME padding that counts as zeros or, as in TensorFlow, not at all."""

    kind: Literal["mean_pool"]
    name: str
    kernel: tuple[Count, Count]  # frequency, time
    stride: tuple[Count, Count]
    count_padding: bool


@section
class BatchNorm:
    """Batch normalization of each channel."""

    kind: Literal["batch_norm"]
    name: str


@section
class ResponseNorm:
    """Normalization over neighboring channels; the values are those of torch.nn.LocalResponseNorm."""

    kind: Literal["local_response_norm"]
    name: str
    size: Count  # channels
    alpha: Positive
    beta: Positive
    k: Positive


@section
class Linear:
    """Fully connected layer, then ReLU. Its input is flattened in the order frequency, time, channel."""

    kind: Literal["linear"]
    name: str
    units: Count


@section
class Dropout:
    """Dropout in training."""

    kind: Literal["dropout"]
    name: str
    share: Share


Layer = Conv | MaxPool | MeanPool | BatchNorm | ResponseNorm | Linear | Dropout


@section
class NetworkParams:
    """Params section `network`: a table of layers."""

    branch_after: str  # the last shared layer; "input": a separate network for each task
    width: Positive  # factor on the filters of every convolution
    layers: tuple[Annotated[Layer, Field(discriminator="kind")], ...]
