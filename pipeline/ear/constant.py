"""Arrays as tensors that belong to no module."""

import numpy as np
import torch
from torch import Tensor


class Constant:
    """An array as a tensor, in the precision and on the device of another tensor.

    It is in no checkpoint, and `.to` does not change it.
    """

    def __init__(self, array: np.ndarray):
        self.array = array
        self._tensors: dict[tuple[torch.dtype, torch.device], Tensor] = {}

    def like(self, other: Tensor) -> Tensor:
        """Return it as int64, or as real or complex numbers as precise as `other`; created once."""
        key = other.dtype, other.device
        if key not in self._tensors:
            kinds = {"i": torch.int64, "f": other.dtype.to_real(), "c": other.dtype.to_complex()}
            kind = kinds[self.array.dtype.kind]
            with torch.inference_mode(False):  # else training after a validation could not use it
                self._tensors[key] = torch.tensor(self.array, dtype=kind, device=other.device)
        return self._tensors[key]
