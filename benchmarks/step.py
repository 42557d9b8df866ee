"""python -m benchmarks.step: what share of a training step the cochleagram takes.

A step is forward, loss of every task, backward and optimiser, as training does them, on noise with random labels.

    python -m benchmarks.step
    python -m benchmarks.step --params presets/kell2018.yaml --classes 589 43 --batch 16
"""

import argparse
import json
import os
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch.nn import functional

from benchmarks.cochleagram import milliseconds
from pipeline import params
from pipeline.audio import Sound
from pipeline.cochleagram import CochleagramParams
from pipeline.hearing import Hearing, config_of
from pipeline.network import NetworkParams
from pipeline.training import TrainParams, keep_memory, make_optimizer

SECTIONS = {"sound": Sound, "cochleagram": CochleagramParams, "network": NetworkParams}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--params", type=Path, default=params.FILE, help="file of values")
    parser.add_argument("--classes", type=int, nargs=2, default=[21, 9], help="words and genres")
    parser.add_argument("--batch", type=int, help="instead of train.batch_size")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    keep_memory()
    train, device = params.load("train", TrainParams, options.params), torch.device(options.device)
    sections = {name: params.load(name, kind, options.params) for name, kind in SECTIONS.items()}
    labels = {task: [str(n) for n in range(count)] for task, count in zip(("word", "genre"), options.classes, strict=True)}
    hearing = Hearing(config_of(sections, labels)).to(device)
    optimizer, batch = make_optimizer(hearing.network.parameters(), train), options.batch or train.batch_size
    waveform = (3000 * torch.randn(batch, hearing.sound.samples, device=device)).to(torch.int16)
    targets = {task: torch.randint(len(names), (batch,), device=device) for task, names in labels.items()}

    def step() -> None:
        optimizer.zero_grad()
        sum(functional.cross_entropy(logits, targets[task]) for task, logits in hearing(waveform).items()).backward()
        optimizer.step()

    sound = waveform.float()

    ear, whole = milliseconds([lambda: hearing.ear(sound), step], options.repeats, device)
    found = {"batch": batch, "threads": options.threads, "cochleagram": ear / batch, "step": whole / batch, "share": ear / whole}
    table = Table(*found, title=f"{options.params} on {options.device}: ms a clip", caption=f"load {os.getloadavg()[0]:.1f}")
    table.add_row(*(f"{value:.4g}" for value in found.values()))
    Console().print(table)
    if options.json:
        options.json.write_text(
            json.dumps({"params": str(options.params), "torch": torch.__version__, "load": os.getloadavg(), **found}) + "\n"
        )


if __name__ == "__main__":
    main()
