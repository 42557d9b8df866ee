"""Time the fast cochleagram against the exact one and against its floor: the FFTs and matrix products alone.

python -m benchmarks.cochleagram [--params presets/kell2018.yaml] [--json cochleagram.json]
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from pipeline import params
from pipeline.audio import Sound
from pipeline.cochleagram import Cochleagram, CochleagramParams

BATCHES, THREADS = (1, 16, 64), (1, 2)
EXACT_CLIPS = 2  # the exact form is slow, and as slow a clip in any batch


def floor(ear: Cochleagram, batch: int) -> Callable[[], None]:
    """Return the FFTs and low-pass matrix products of `ear` on tensors that lie ready, chunked as it does."""
    waveform, work = torch.randn(batch, ear.samples), []
    for k in ear.rates:
        filters, matrix = len(ear.constant(f"gains {k}", waveform)), ear.constant(f"matrix {k}", waveform)
        chunk = min(ear.chunk(k), batch)
        rows = torch.randn(chunk * filters, k * ear.frames, dtype=torch.complex64)
        work.append((rows, torch.randn(rows.numel() // len(matrix), len(matrix)), matrix, batch / chunk))

    def run() -> None:
        torch.fft.rfft(waveform)
        for rows, blocks, matrix, times in work:
            for _ in range(round(times)):
                torch.fft.ifft(rows, norm="forward")
                blocks @ matrix

    return run


def milliseconds(run: Callable[[], object], repeats: int) -> float:
    """Return the shortest of some timings, after one that does not count."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def relative_error(found: Tensor, expected: Tensor) -> float:
    return ((found - expected).square().sum() / expected.square().sum()).sqrt().item()


@torch.inference_mode()
def measure(ear: CochleagramParams, sound: Sound, repeats: int) -> list[dict[str, float]]:
    """Return a row for each batch and number of threads: ms a clip, and the relative L2 error on noise."""
    fast, exact, rows = Cochleagram(ear, sound), Cochleagram(ear, sound, exact=True), []
    noise = torch.randn(max(BATCHES), sound.samples, generator=torch.Generator().manual_seed(0))
    error = relative_error(fast(noise[:EXACT_CLIPS]), exact(noise[:EXACT_CLIPS]))
    for threads in THREADS:
        torch.set_num_threads(threads)
        exact_ms = milliseconds(lambda: exact(noise[:EXACT_CLIPS]), 1) / EXACT_CLIPS
        for batch in BATCHES:
            fast_ms = milliseconds(lambda clips=noise[:batch]: fast(clips), repeats) / batch
            floor_ms = milliseconds(floor(fast, batch), repeats) / batch
            times = {"fast_ms": fast_ms, "floor_ms": floor_ms, "exact_ms": exact_ms}
            rows.append({"threads": threads, "batch": batch, **times, "error": error})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--params", type=Path, default=params.FILE, help="file of values")
    parser.add_argument("--oversampling", type=float, help="instead of the file's")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where to write the rows")
    args = parser.parse_args()
    ear = params.load("cochleagram", CochleagramParams, args.params)
    ear = replace(ear, oversampling=args.oversampling or ear.oversampling)
    rows = measure(ear, params.load("sound", Sound, args.params), args.repeats)
    table = Table(*rows[0], title=f"{args.params}, oversampling {ear.oversampling}: ms a clip", caption=f"load {os.getloadavg()[0]:.1f}")
    for row in rows:
        table.add_row(*(f"{value:.2g}" if name == "error" else f"{value:.4g}" for name, value in row.items()))
    Console().print(table)
    if args.json:
        args.json.write_text(
            json.dumps({"params": params.plain(ear), "torch": torch.__version__, "load": os.getloadavg(), "rows": rows}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
