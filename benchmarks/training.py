"""python -m benchmarks.training: clips a second of reading, a training step, and training from shards.

reading   shards by offset in shuffled order, and through the `webdataset` library in order, in the same run
step      forward, loss of every task, backward, clipping and optimizer on a batch in memory
training  the same through Lightning from data/shards, in turns with `step`, so that noise affects both
floor     the rate of matrix products, measured in the same run, over the network's GFLOP a clip

    python -m benchmarks.training
    heschl preset kell2018 --output work/kell2018.yaml
    python -m benchmarks.training --params work/kell2018.yaml --batch 32 --steps 3
    python -m benchmarks.training --params work/kell2018.yaml --batch 32 --steps 2 --levers
"""

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import soundfile
import torch
import webdataset
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import MLFlowLogger
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from heschl import params
from heschl.audio import Sound
from heschl.ear.params import CochleagramParams
from heschl.machine import MachineParams, has_bf16
from heschl.memory import keep_memory
from heschl.network.custom import NetworkSection
from heschl.network.hearing import Hearing, HearingParams
from heschl.network.normalization import LocalResponseNorm
from heschl.shards.read import Shards
from heschl.train.clips import ClipModule
from heschl.train.history import History
from heschl.train.learner import Learner
from heschl.train.messages import quiet
from heschl.train.params import TrainParams
from heschl.train.trainer import make_trainer, precision_of

SECTIONS = {"sound": Sound, "cochleagram": CochleagramParams, "network": NetworkSection}
LEVERS = {  # each adds one option
    "plain": ["--plain-norm", "--no-channels-last", "--no-keep-memory"],
    "+ keep memory": ["--plain-norm", "--no-channels-last"],
    "+ response norm as sums of slices": ["--no-channels-last"],
    "+ channels last": [],
    "+ compile": ["--compile"],
    "+ bf16": ["--compile", "--precision", "bf16-mixed"],
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    switch = argparse.BooleanOptionalAction
    parser.add_argument("--params", type=Path, default=params.FILE, help="file of values")
    parser.add_argument("--shards", type=Path, default=Path("data/shards"))
    parser.add_argument("--batch", type=int, help="clips a step, instead of train.batch_size")
    parser.add_argument("--steps", type=int, default=10, help="in a turn")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--workers", type=int, default=0, help="processes that read ahead")
    parser.add_argument("--precision", default="auto", help="as train.precision")
    parser.add_argument("--compile", action=switch, default=False)
    parser.add_argument("--channels-last", action=switch, default=True)
    parser.add_argument("--keep-memory", action=switch, default=True)
    parser.add_argument("--plain-norm", action="store_true", help="torch's own local response norm")
    parser.add_argument(
        "--device", choices=["cpu", "gpu"], default="gpu" if torch.cuda.is_available() else "cpu"
    )
    parser.add_argument(
        "--levers", action="store_true", help="one run for each option that makes a step faster"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    if options.levers:
        levers = {
            name: flags
            for name, flags in LEVERS.items()
            if "bf16-mixed" not in flags or has_bf16("cuda" if options.device == "gpu" else "cpu")
        }
        found = {name: _run_again(flags, options) for name, flags in levers.items()}
        _show_levers(found, options)
    else:
        found = measure(options)
        _show(found, options)
    if options.json:
        options.json.write_text(
            json.dumps({"torch": torch.__version__, "load": os.getloadavg(), "found": found}, indent=1) + "\n"
        )


def measure(options: argparse.Namespace) -> dict[str, float]:
    """Return clips a second of each measurement, and what to compare them with."""
    torch.set_num_threads(options.threads)
    quiet()
    if options.keep_memory:
        keep_memory()
    values = params.load("train", TrainParams, options.params)
    values = replace(
        values, batch_size=options.batch or values.batch_size, epochs=1000, precision=options.precision
    )
    machine = params.load("machine", MachineParams, options.params)
    machine = replace(
        machine, accelerator=options.device, devices=1, workers=options.workers, compile=options.compile
    )
    values = replace(values, precision=precision_of(values, machine))
    options.precision = values.precision  # what auto stands for, in the title
    sections = {name: params.load(name, kind, options.params) for name, kind in SECTIONS.items()}
    labels = Shards.open(options.shards, "train", verify=False).labels
    pl.seed_everything(values.seed, verbose=False)
    hearing = Hearing(HearingParams(**sections), labels)
    if options.plain_norm:
        plain_norms(hearing.network)
    if options.channels_last:
        hearing.network.to(memory_format=torch.channels_last)
    device = torch.device("cuda" if options.device == "gpu" else "cpu")
    found = {"GFLOP a clip": flops(hearing), "products GFLOP/s": products(values.precision, device)}
    if options.compile:
        hearing.network.compile(dynamic=False)
    found |= turns(hearing, values, machine, options)
    found["floor"] = found["products GFLOP/s"] / found["GFLOP a clip"]
    return found | reading(options.shards, values.batch_size)


class Turns(Callback):
    """Take turns: `steps` of Lightning's from shards, then as many by hand on the last batch."""

    def __init__(self, steps: int, count: int):
        self.steps, self.count, self.last = steps, count, None
        self.seconds = {"training": [], "step": [], "cochleagram": []}

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx) -> None:
        """Time a turn by hand after each turn of Lightning's."""
        if trainer.global_step % self.steps:
            return
        wait(module.device)
        now = time.perf_counter()
        if self.last is not None:
            self.seconds["training"].append(now - self.last)
            self.seconds["step"].append(
                timed(lambda: self._step(trainer, module, batch), self.steps, module.device)
            )
            self.seconds["cochleagram"].append(
                timed(lambda: module.hearing.cochleagram(batch["waveform"]), self.steps, module.device)
            )
        if len(self.seconds["step"]) == self.count:
            raise Done
        self.last = time.perf_counter()

    def _step(self, trainer, module, batch) -> None:
        optimizer = trainer.optimizers[0]
        optimizer.zero_grad()
        with trainer.precision_plugin.forward_context():
            loss = module._measure(batch, "validation")
        loss.backward()
        if module.params.optimizer.gradient_clip:
            nn.utils.clip_grad_norm_(
                module.hearing.network.parameters(), module.params.optimizer.gradient_clip
            )
        optimizer.step()


class Done(Exception):
    """All turns have been taken."""


def turns(hearing, values, machine, options) -> dict[str, float]:
    """Return clips a second of a step in memory, of training from shards, and of the cochleagram alone."""
    with tempfile.TemporaryDirectory() as folder:
        timer = Turns(options.steps, options.turns)
        trainer = make_trainer(values, machine, [History(quiet=False), timer], Path(folder))
        trainer.logger = MLFlowLogger(tracking_uri=f"sqlite:///{folder}/mlflow.db", synchronous=False)
        clips = ClipModule(options.shards, values, machine.workers, verify=False)
        with contextlib.suppress(Done):
            trainer.fit(Learner(hearing, values, clips.sequence(trainer).steps), clips)
    amount = options.steps * values.batch_size
    return {name: amount / min(seconds) for name, seconds in timer.seconds.items()} | {
        "training / step": float(np.median(np.divide(timer.seconds["step"], timer.seconds["training"])))
    }


def reading(folder: Path, batch: int, most: int = 2000) -> dict[str, float]:
    """Return clips a second of reading alone."""
    shards = Shards.open(folder, "train", verify=False)
    order = np.random.default_rng(0).permutation(len(shards))[:most]
    by_offset = min(
        timed(lambda: [shards.waveforms(order[i : i + batch]) for i in range(0, len(order), batch)], 1)
        for _ in range(3)
    )
    tar = str(folder / shards.entries[0]["file"])
    through = min(
        timed(
            lambda: [
                soundfile.read(io.BytesIO(clip["wav"]))
                for clip in webdataset.WebDataset(tar, shardshuffle=False)
            ],
            1,
        )
        for _ in range(3)
    )
    return {
        "reading by offset": len(order) / by_offset,
        "reading through webdataset": shards.entries[0]["clips"] / through,
    }


def flops(hearing: Hearing) -> float:
    """Return the GFLOP a clip in a training step of the network, as PyTorch counts them."""
    with FlopCounterMode(display=False) as counter:
        sum(
            logits.sum() for logits in hearing.network(torch.zeros(2, *hearing.ear.shape)).values()
        ).backward()
    hearing.network.zero_grad()
    return counter.get_total_flops() / 2 / 1e9


def products(precision: str, device: torch.device, size: int = 2048) -> float:
    """Return the rate of products of large matrices in the precision of training, GFLOP/s."""
    size = 8192 if device.type == "cuda" else size
    kind = (
        torch.bfloat16
        if precision == "bf16-mixed"
        else torch.float16
        if precision == "16-mixed"
        else torch.float32
    )
    a, b = (torch.randn(size, size, device=device, dtype=kind) for _ in range(2))
    return 2 * size**3 / min(timed(lambda: a @ b, 1, device) for _ in range(8)) / 1e9


def timed(function, repeats: int, device: torch.device | None = None) -> float:
    """Return the seconds of `repeats` calls."""
    wait(device)
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    wait(device)
    return time.perf_counter() - start


def wait(device: torch.device | None) -> None:
    if device and device.type == "cuda":
        torch.cuda.synchronize()


def plain_norms(network: nn.Module) -> None:
    """Replace the network's response normalization by PyTorch's."""
    for parent in list(network.modules()):
        for name, child in parent.named_children():
            if isinstance(child, LocalResponseNorm):
                parent.add_module(name, nn.LocalResponseNorm(child.size, child.alpha, child.beta, child.k))


def _run_again(flags: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Measure with other flags in a new process: keeping memory cannot be undone."""
    chosen = [
        "--params",
        options.params,
        "--shards",
        options.shards,
        "--steps",
        options.steps,
        "--turns",
        options.turns,
    ]
    chosen += ["--precision", "32-true"]  # unless a lever has another
    chosen += ["--threads", options.threads, "--workers", options.workers, "--device", options.device]
    chosen += ["--batch", options.batch] if options.batch else []
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [
            sys.executable,
            "-m",
            "benchmarks.training",
            *map(str, chosen),
            *flags,
            "--json",
            file.name,
        ]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:  # such as a C++ compiler that is older than the processor
            lines = [line.strip() for line in done.stderr.splitlines() if "rror" in line]
            return {"failed": (lines or ["no message"])[-1][:100]}
        return json.loads(Path(file.name).read_text())["found"]


def _show(found: dict[str, float], options: argparse.Namespace) -> None:
    compiled = ", compiled" if options.compile else ""
    settings = f"{options.precision}{compiled}, {options.threads} threads, {options.workers} workers"
    table = Table(
        "",
        "clips/s",
        "",
        title=f"{options.params} on {options.device}: {settings}",
        caption=f"load {os.getloadavg()[0]:.1f}",
    )
    rate = found["step"] * found["GFLOP a clip"]
    faster = found["reading by offset"] / found["reading through webdataset"]
    rows = {
        "reading by offset": f"{faster:.1f} x webdataset",
        "reading through webdataset": "",
        "cochleagram": f"{found['step'] / found['cochleagram']:.1%} of a step",
        "step": f"{rate:,.0f} GFLOP/s: {rate / found['products GFLOP/s']:.0%} of the rate of matrix products",
        "training": f"{found['training / step']:.1%} of step (median of {options.turns} turns)",
        "floor": f"{found['GFLOP a clip']:.3g} GFLOP a clip at {found['products GFLOP/s']:,.0f} GFLOP/s",
    }
    for name, text in rows.items():
        table.add_row(name, f"{found[name]:,.1f}", text)
    Console().print(table)


def _show_levers(found: dict[str, dict[str, Any]], options: argparse.Namespace) -> None:
    title = f"a step of {options.params} on {options.device}, {options.threads} threads"
    table = Table(
        "",
        "clips/s",
        "GFLOP/s",
        "x plain",
        "of the products' rate",
        title=title,
        caption=f"load {os.getloadavg()[0]:.1f}",
    )
    for name, values in found.items():
        if "failed" in values:
            table.add_row(name, "failed", "", "", str(values["failed"]))
            continue
        rate = values["step"] * values["GFLOP a clip"]
        faster = values["step"] / found["plain"]["step"]
        table.add_row(
            name,
            f"{values['step']:.2f}",
            f"{rate:.0f}",
            f"{faster:.2f}",
            f"{rate / values['products GFLOP/s']:.0%}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
