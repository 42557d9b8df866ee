"""Stand-ins for a device without float64, such as MPS."""

import torch
from torch import Tensor


class OnDevice(Tensor):
    """A tensor that refuses float64 and NumPy until it is moved to the CPU, as those on MPS do."""

    def double(self) -> Tensor:
        raise TypeError("MPS has no float64")

    def numpy(self) -> None:
        raise TypeError("cannot convert a tensor on a device to NumPy")

    def cpu(self) -> Tensor:
        return self.as_subclass(Tensor)


def on_device(waveform: Tensor, values: Tensor) -> Tensor:
    """Return values as computed on the device `meta`, where the waveform must be."""
    assert waveform.device == torch.device("meta")
    return values.as_subclass(OnDevice)
