"""What leaves the layers of a network while it runs."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn


@contextlib.contextmanager
def recorded(layers: Mapping[str, nn.Module]) -> Iterator[dict[str, Tensor]]:
    """Yield a dictionary that collects the output of each layer, on the CPU, as the network runs.

    The first tensor of a tuple is recorded, and the last output of a module that runs repeatedly.
    """
    found: dict[str, Tensor] = {}
    hooks = [layer.register_forward_hook(_keep(found, name)) for name, layer in layers.items()]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def _keep(found: dict[str, Tensor], name: str) -> Callable[[nn.Module, Any, Any], None]:
    def hook(module: nn.Module, inputs: Any, output: Any) -> None:
        while isinstance(output, tuple | list):
            output = output[0]
        if isinstance(output, Tensor):
            found[name] = output.detach().to("cpu", copy=True)  # the next layer may work in place

    return hook


@contextlib.contextmanager
def in_eval(network: nn.Module) -> Iterator[None]:
    """Let a network be in eval mode, also where gradients are computed; then each module is as it was.

    cuDNN computes gradients of recurrent layers in training mode only, so they are computed without it.
    """
    modes = {module: module.training for module in network.modules()}
    recurrent = any(isinstance(module, nn.RNNBase) for module in modes)
    slow = torch.backends.cudnn.flags(enabled=False) if recurrent else contextlib.nullcontext()
    try:
        with slow:
            network.eval()
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
