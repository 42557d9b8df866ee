"""Worker processes of one machine, each with its own GPU where there are any."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from heschl import parallel
from heschl.processes import end_with_parent

if TYPE_CHECKING:
    from heschl.machine import MachineParams

WORKER = "HESCHL_WORKER_OF"  # environment variable: the process that started this one, of several workers


class WorkersError(RuntimeError):
    """Workers that all ended before the work did."""


def run(command: Sequence[str], count: int, threads: int) -> None:
    """Run a command of `heschl` in several processes, and wait until all have ended.

    A signal that ends this process is passed on to them: a training saves its state.

    threads : of each on the CPU
    raises  : WorkersError if all of them failed
    """
    numbers = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    quiet = {"TTY_COMPATIBLE": "0"}  # no progress bars, one over the other
    shared, gpus = os.environ | numbers | quiet | {WORKER: str(os.getpid())}, _gpus()
    program = [sys.executable, "-m", "heschl.commands.main", *command]
    processes = [
        subprocess.Popen(
            program, env=shared | ({"CUDA_VISIBLE_DEVICES": gpus[n % len(gpus)]} if gpus else {})
        )
        for n in range(count)
    ]

    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None = None) -> None:
        stopped.append(number)
        for process in processes:
            process.terminate()

    before = signal.signal(signal.SIGTERM, stop)
    try:
        for process in processes:
            _wait(process, stop)
    finally:
        signal.signal(signal.SIGTERM, before)
    if stopped:
        sys.exit(128 + stopped[0])
    failed = sum(process.returncode != 0 for process in processes)
    if failed == count:
        raise WorkersError(
            "every worker ended early; their messages are above. The same command goes on where they stopped."
        )
    if failed:
        print(f"{failed} of {count} workers ended early; their messages are above.", flush=True)


def _wait(process: subprocess.Popen, stop: Callable[[int], None]) -> None:
    """Wait for a worker; on Ctrl-C, which workers ignore, stop all, and wait."""
    while process.returncode is None:
        try:
            process.wait()
        except KeyboardInterrupt:
            stop(signal.SIGINT)


def number(threads: int, machine: "MachineParams") -> int:
    """Return how many workers to run by default.

    One for each GPU; without GPUs as many as HESCHL_WORKERS, or the number of cores, divided by `threads`.
    """
    from heschl.machine import device_of

    device = device_of(machine)
    if device == "cuda":
        return max(1, len(_gpus()))
    return max(1, parallel.workers() // threads) if device == "cpu" else 1


def is_worker() -> bool:
    """Return whether this process is one of several workers, and prepare it as one.

    It ends with the process that started it, which passes Ctrl-C on as a signal.
    """
    if WORKER not in os.environ:
        return False
    end_with_parent()
    if os.environ[WORKER] != str(os.getppid()):
        sys.exit("The process that started this worker has ended.")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return True


def add_arguments(parser: argparse.ArgumentParser, out: Path) -> None:
    """Add the arguments of a command that workers share; out : where its tables go by default."""
    parser.add_argument(
        "--workers", type=_positive, metavar="N",
        help="processes on this machine, each training one network at a time (default: one for each GPU; "
        "without GPUs HESCHL_WORKERS, or the number of cores, divided by the threads of a training)",
    )  # fmt: skip
    parser.add_argument(
        "--shards", type=Path, default=Path("data/shards"), metavar="FOLDER", help="of the data set"
    )
    parser.add_argument("--out", type=Path, default=out, metavar="FOLDER", help="for the tables")


def _positive(text: str) -> int:
    if not (text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, 1 or more")
    return int(text)


def _gpus() -> list[str]:
    """Return the GPUs that workers share, as CUDA_VISIBLE_DEVICES names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [name for name in named.split(",") if name not in ("", "-1")]
    import torch

    return [str(number) for number in range(torch.cuda.device_count())]
