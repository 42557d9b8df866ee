"""The table of layers: params section `network` of a branched network."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from heschl.network.notation import read_layer
from heschl.params import Positive, Share, section

Size = Annotated[int, Field(gt=0, le=2**24)]  # of a layer; no memory holds more
INPUT = "input"  # branch_after: the branches begin at the cochleagram
READOUT = "readout"  # the last layer of each branch, which the table leaves out


@section
class Conv:
    """Convolution with SAME padding, then ReLU."""

    kind: Literal["conv"]
    name: str
    filters: Size
    kernel: tuple[Size, Size]  # frequency, time
    stride: tuple[Size, Size]
    bias: bool


@section
class MaxPool:
    """Maximum over a window, with SAME padding."""

    kind: Literal["max_pool"]
    name: str
    kernel: tuple[Size, Size]  # frequency, time
    stride: tuple[Size, Size]


@section
class MeanPool:
    """Mean over a window, with SAME padding that counts as zeros or, as in TensorFlow, not at all."""

    kind: Literal["mean_pool"]
    name: str
    kernel: tuple[Size, Size]  # frequency, time
    stride: tuple[Size, Size]
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
    size: Size  # channels
    alpha: Positive
    beta: Positive
    k: Positive


@section
class Linear:
    """Fully connected layer, then ReLU. Its input is flattened in the order frequency, time, channel."""

    kind: Literal["linear"]
    name: str
    units: Size


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

    # the last shared layer; "input": a separate network for each task; or task -> its last shared layer
    branch_after: str | dict[str, str]
    width: Annotated[float, Field(gt=0, le=1000)]  # factor on the filters of every convolution
    layers: tuple[Annotated[Annotated[Layer, Field(discriminator="kind")], BeforeValidator(read_layer)], ...]


def table_of(network: Any) -> Any:
    """Return section `network` of a saved config, as this version has it.

    Convolutions of earlier versions did not name their bias; all had one.
    """
    layers = network.get("layers") if isinstance(network, Mapping) else None
    if not isinstance(layers, list):
        return network
    return {**network, "layers": [_with_bias(layer) for layer in layers]}


def _with_bias(layer: Any) -> Any:
    conv = isinstance(layer, Mapping) and layer.get("kind") == "conv"
    return {"bias": True, **layer} if conv else layer
