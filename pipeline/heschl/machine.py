"""How things are computed: params section `machine`, and the device that follows from it."""

import platform
import re
from pathlib import Path
from typing import Literal

import torch

from heschl.params import Count, Natural, Positive, load, section

VARIABLE = "HESCHL_MACHINE"  # environment variable: a YAML mapping that overrides values of the section
Device = Literal["cuda", "mps", "cpu"]  # as PyTorch names them
BF16_ON_CPU = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # functions of torch.cpu
CPUINFO = Path("/proc/cpuinfo")
DEVICES: dict[str, Device] = {"gpu": "cuda", "mps": "mps", "cpu": "cpu"}  # of each accelerator


@section
class MachineParams:
    """Params section `machine`: how things are computed.

    A change reruns no stage, and an interrupted training resumes under it.
    """

    accelerator: Literal["auto", "cpu", "gpu", "mps"]
    devices: int | Literal["auto"]  # training processes on each machine
    num_nodes: Count  # machines
    strategy: Literal["auto", "ddp", "ddp_find_unused_parameters_true"]  # Lightning's
    launch: list[str]  # launcher of the processes: [srun, python], [torchrun, ...]; empty: Lightning
    workers: Natural  # processes that read ahead for each training process; 0, it reads itself, is faster
    compile: bool  # the network, with torch.compile
    channels_last: bool  # memory format: faster convolutions
    checkpoint_steps: Count  # from one checkpoint to the next, within an epoch
    log_steps: Count  # from one point of a curve to the next
    loggers: list[str]  # beside MLflow: `heschl.train.loggers.LOGGERS`
    cache: str  # folder for copies of shards from a bucket
    cache_gb: Positive  # of all copies


def load_machine() -> MachineParams:
    """Return the section `machine` of params.yaml, overridden by HESCHL_MACHINE; raises ParamsError."""
    return load("machine", MachineParams, variable=VARIABLE)


def device_of(machine: MachineParams | None) -> Device:
    """Return the device of every stage and command that computes.

    machine : None, where there is no such section, is as accelerator auto: a CUDA GPU if PyTorch finds one,
              else the GPU of a Mac (mps), else the CPU
    raises  : ValueError if the accelerator is missing
    """
    return _device(machine.accelerator if machine else "auto")


def device_name(accelerator: str) -> str:
    """Return the name of the GPU or processor of an accelerator ("auto", ...); raises as `device_of`."""
    device = _device(accelerator)
    if device == "cuda":
        return torch.cuda.get_device_name()
    model = re.search(r"^model name\s*: (.+)$", _read(CPUINFO), re.MULTILINE)
    name = model[1] if model else platform.processor() or platform.machine()
    return f"{name}, GPU" if device == "mps" else name


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _device(accelerator: str) -> Device:
    found = {"gpu": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if accelerator == "auto":
        accelerator = next(name for name, there in found.items() if there)
    if not found[accelerator]:
        raise ValueError(
            f"machine.accelerator is {accelerator}, but PyTorch finds none on this machine. "
            "Set it to auto or cpu, or install a build of PyTorch for it."
        )
    return DEVICES[accelerator]


def has_bf16(device: str) -> bool:
    """Return whether a device is known to multiply in bfloat16 faster than in float32.

    It is a CUDA GPU of compute capability 8 or more, or an x86 processor with avx512_bf16 or AMX. Others
    emulate it, many times slower, or were not measured.
    """
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    asked = (getattr(torch.cpu, name, None) for name in BF16_ON_CPU)
    return device == "cpu" and any(supported() for supported in asked if supported)
