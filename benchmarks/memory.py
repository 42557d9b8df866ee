"""python -m benchmarks.memory: memory of the cochleagram of a batch, in MB, forward and with its gradient.

Each figure is the peak of a new process on the CPU (Linux), of torch's allocator on a GPU, without the input.

    python -m benchmarks.memory --preset cochdnn --batch 256
"""

import argparse
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch
from rich.console import Console
from rich.table import Table

from heschl.ear.cochleagram import Cochleagram
from heschl.ear.params import PRESETS


def peak(preset: str, batch: int, device: str, gradient: bool) -> float:
    """Return the peak memory of a batch, MB, without its input, constants, and what one clip needs."""
    ear = Cochleagram.preset(preset)
    hear(ear, torch.zeros(1, ear.samples, device=device), gradient)
    waveform = torch.randn(batch, ear.samples, device=device)
    before = used(device)
    hear(ear, waveform, gradient)
    return used(device) - before


def hear(ear: Cochleagram, waveform: torch.Tensor, gradient: bool) -> None:
    """Compute the cochleagram, and the gradient of its sum if `gradient`."""
    with torch.set_grad_enabled(gradient):
        heard = ear(waveform.requires_grad_(gradient))
        if gradient:
            heard.sum().backward()


def used(device: str) -> float:
    """Return the peak memory of the process so far, MB."""
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return torch.cuda.max_memory_allocated() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", choices=PRESETS, nargs="*", default=list(PRESETS))
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    table = Table(
        "preset",
        "forward",
        "with gradient",
        "output",
        title=f"MB without the input, batch {options.batch} on {options.device}",
    )
    for preset in options.preset:
        peaks = []
        for gradient in (False, True):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                peaks.append(alone.submit(peak, preset, options.batch, options.device, gradient).result())
        rows, columns = Cochleagram.preset(preset).shape
        table.add_row(
            preset, *(f"{each:.0f}" for each in peaks), f"{4 * options.batch * rows * columns / 2**20:.0f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
