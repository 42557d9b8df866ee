"""How things are computed: the params section `machine`, and the device that follows from it."""

from typing import Literal

import torch

from pipeline.params import Count, Natural, load, section

VARIABLE = "HESCHL_MACHINE"  # environment variable: a YAML mapping that overrides values of the section


@section
class MachineParams:
    """Params section `machine`: how things are computed. A change reruns nothing; a training continues under it."""

    accelerator: Literal["auto", "cpu", "gpu", "mps"]
    devices: int | Literal["auto"]  # processes on each machine
    num_nodes: Count
    strategy: Literal["auto", "ddp", "ddp_find_unused_parameters_true"]  # Lightning's
    launch: list[
        str
    ]  # starts every process: [srun, python], [torchrun, ...]; if empty, Lightning starts them
    workers: (
        Natural  # processes that read ahead for each training process; 0: it reads by itself, which is faster
    )
    compile: bool  # the network, with torch.compile
    channels_last: bool  # memory format: faster convolutions
    checkpoint_steps: Count  # between two checkpoints within an epoch
    log_steps: Count  # between two points of a curve


def load_machine() -> MachineParams:
    """Return the section `machine` of params.yaml, overridden by HESCHL_MACHINE; raises ParamsError."""
    return load("machine", MachineParams, variable=VARIABLE)


def device_of(machine: MachineParams) -> str:
    """Return the torch device of every stage that computes: "cuda", "mps" or "cpu".

    machine.accelerator: auto takes a GPU where PyTorch finds one.
    raises : ValueError where the accelerator that was asked for is not there
    """
    found = {"gpu": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if machine.accelerator == "auto":
        return "cuda" if found["gpu"] else "cpu"
    if not found[machine.accelerator]:
        raise ValueError(
            f"machine.accelerator is {machine.accelerator}, but PyTorch finds none on this machine. "
            "Set it to auto or cpu, or install a build of PyTorch for it."
        )
    return {"gpu": "cuda"}.get(machine.accelerator, machine.accelerator)
