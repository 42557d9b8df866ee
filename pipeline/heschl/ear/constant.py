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
        if torch.compiler.is_exporting():  # a traced tensor is of no use afterward
            return self._like(*key)
        if key not in self._tensors:
            with torch.inference_mode(False):  # else training after a validation could not use it
                self._tensors[key] = self._like(*key)
        return self._tensors[key]

    def _like(self, dtype: torch.dtype, device: torch.device) -> Tensor:
        kinds = {"i": torch.int64, "f": dtype.to_real(), "c": dtype.to_complex()}
        return torch.tensor(self.array, dtype=kinds[self.array.dtype.kind], device=device)
