"""How a training process is set up: its memory, and what it does not say."""

import ctypes
import logging
import sys
import warnings

import torch

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of malloc.h


def keep_memory() -> None:
    """Let glibc keep freed memory: a step on the CPU else spends a fifth of its time on page faults."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        for option, value in (
            (M_MMAP_THRESHOLD, 1 << 30),
            (M_TRIM_THRESHOLD, (1 << 31) - 1),
            (M_TOP_PAD, 1 << 26),
        ):
            libc.mallopt(option, value)


def has_bf16(device: torch.device) -> bool:
    """Tell whether a device multiplies in bfloat16: a CPU that does not emulates it, many times slower than float32."""
    return device.type != "cpu" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def quiet() -> None:
    """Leave out the messages that say nothing of this training."""
    for name in ("pytorch_lightning", "pytorch_lightning.utilities.rank_zero", "mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    warnings.filterwarnings(
        "ignore", message=".*dataloader is not resumable.*"
    )  # it is: its place follows from the step
    warnings.filterwarnings("ignore", message=".*srun. command is available.*")
    warnings.filterwarnings("ignore", message=".*treespec, LeafSpec.*")
    warnings.filterwarnings("ignore", message=".*exists and is not empty.*")
    warnings.filterwarnings("ignore", message=".*smaller than the logging interval.*")
