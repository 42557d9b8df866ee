"""python -m benchmarks.cochleagram: ms a clip of the fast and exact cochleagram, peers and two floors.

The floors are the FFTs and matrix products alone, and the bytes of waveform, subbands (written, read) and
cochleagram over the measured bandwidth of a copy. Errors are relative L2 errors against the exact form, after
compression and before the picture, for noise and for clean speech and music of data/shards, if there are any.
Peers run if the path of a checkout is given: pycochleagram for kell2018, chcochleagram for cochdnn.

    python -m benchmarks.cochleagram --preset kell2018 --oversampling 2 4 --peer ../pycochleagram
    python -m benchmarks.cochleagram --preset cochdnn --peer ../chcochleagram
    python -m benchmarks.cochleagram --preset kell2018 --device cuda --batches 64 256
"""

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from heschl import audio, params
from heschl.audio import FULL_SCALE, Sound
from heschl.ear.cochleagram import Cochleagram, level
from heschl.ear.params import PRESETS, CochleagramParams
from heschl.shards.read import Shards

SLOW = 2  # clips that the slow programs are timed with: a clip takes them as long in any batch
LOUD = 0.1  # rms of the sounds
AGREE, GRADIENT = "peer to exact", "gradient"  # columns of the errors


def floor(ear: Cochleagram, batch: int, device: torch.device) -> Callable[[], object]:
    """Return a function that runs the FFTs and matrix products of `ear` on prepared tensors."""
    waveform, work = torch.randn(batch, ear.length, device=device), []
    clips = min(batch, ear.chunk(device))
    resizing = ear.picture.strips[::-1] if ear.picture else []
    for group in ear.groups:
        filters, matrix = len(group.gains.array), group.decimate.matrix.like(waveform)
        subbands = torch.randn(clips * filters, group.points, dtype=torch.complex64, device=device)
        blocks = torch.randn(clips * filters * group.decimate.blocks, group.decimate.points, device=device)
        work.append((subbands, blocks, matrix))
    pictures = [torch.randn(clips, rows, columns, device=device) for rows, columns in _sizes(ear)]

    def run() -> None:
        torch.fft.rfft(waveform)
        for size in [clips] * (batch // clips) + [batch % clips] * (batch % clips > 0):
            for subbands, blocks, matrix in work:
                torch.fft.ifft(subbands[: len(subbands) * size // clips], norm="forward")
                blocks[: len(blocks) * size // clips] @ matrix
            for picture, strips in zip(pictures, resizing, strict=True):
                for inputs, strip in strips:
                    picture[:size, :, inputs] @ strip.like(picture)

    return run


def _sizes(ear: Cochleagram) -> list[tuple[int, int]]:
    """Return the sizes of the pictures that are resized along their last dimension: time, then frequency."""
    return (
        [(len(ear.centers_hz), ear.frames), (ear.params.image[1], len(ear.centers_hz))]
        if ear.params.image
        else []
    )


def bytes_moved(ear: Cochleagram) -> int:
    """Return the bytes a clip that must move: waveform, subbands written and read once, cochleagram."""
    points = sum(len(group.gains.array) * group.points for group in ear.groups)
    return 4 * ear.samples + 2 * 8 * points + 4 * int(np.prod(ear.shape))


def milliseconds(runs: Sequence[Callable[[], object]], repeats: int, device: torch.device) -> list[float]:
    """Return the shortest timing of each, taken in turns, after a first turn that does not count."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    shortest = [float("inf")] * len(runs)
    for turn in range(repeats + 1):
        for place, run in enumerate(runs):
            wait()
            start = time.perf_counter()
            run()
            wait()
            if turn:
                shortest[place] = min(shortest[place], time.perf_counter() - start)
    return [1000 * each for each in shortest]


def sounds(sound: Sound, folder: Path) -> dict[str, Tensor]:
    """Return clips (clips, samples) of noise and, from the shards in `folder`, of clean speech and music."""
    found = {"noise": torch.randn(8, sound.samples, generator=torch.Generator().manual_seed(0)).numpy()}
    if (folder / "index.json").is_file():
        shards = Shards.open(folder, "test", verify=False)
        for name, task in (("speech", "word"), ("music", "genre")):
            records = ((number, shards.record(number)) for number in range(len(shards)))
            numbers = [
                n for n, record in records if record["task"] == task and record["background"] == "clean"
            ][:8]
            clips = shards.waveforms(np.array(numbers)).astype(np.float32) / FULL_SCALE
            resampled = [
                audio.resample(clip, shards.sound.sample_rate, sound.sample_rate)[: sound.samples]
                for clip in clips
            ]
            found[name] = np.stack(resampled)
    return {name: level(torch.from_numpy(clips), LOUD) for name, clips in found.items()}


def peer(name: str, path: Path, ear: Cochleagram) -> Callable[[Tensor], np.ndarray]:
    """Return a preset's published program, from its checkout: waveform (batch, samples) -> cochleagram."""
    sys.path.insert(0, str(path))
    if name == "cochdnn":
        importlib.import_module("chcochleagram")
        transforms = importlib.import_module("chcochleagram.audio_transforms_cochleagram")
        defaults = importlib.import_module("chcochleagram.default_cochleagrams")
        module = transforms.AudioToCochleagram(defaults.cochleagram_1)
        return lambda waveform: module(level(waveform, ear.params.rms)[:, None])[:, 0].numpy()
    program, p = importlib.import_module("pycochleagram.cochleagram"), ear.params
    options = (
        p.filters,
        round(p.low_hz),
        round(p.high_hz),
        p.sample_factor,
        2,
        round(p.envelope_hz),
        "power",
        "np",
    )
    return lambda waveform: np.stack(
        [program.cochleagram(clip.double().numpy(), ear.sound.sample_rate, *options) for clip in waveform]
    )


def relative_error(found: Tensor, expected: Tensor) -> float:
    """Return the L2 norm of the difference over that of `expected`, over all clips."""
    return ((found - expected).norm() / expected.norm()).item()


@torch.enable_grad()
def gradient(ear: Cochleagram, waveform: Tensor) -> Tensor:
    """Return the gradient of the sum of the cochleagram, (batch, samples)."""
    sought = waveform.clone().requires_grad_()
    return torch.autograd.grad(ear(sought).sum(), sought)[0]


def measure(
    ear: Cochleagram, exact: Cochleagram, clips: dict[str, Tensor], other, options, device: torch.device
) -> list[dict]:
    """Return a row for each number of threads and batch: ms a clip of each, and the errors."""
    rows, noise = [], torch.randn(max(options.batches), ear.samples, device=device)
    plain_ear, plain_exact = (
        Cochleagram(replace(each.params, image=None), ear.sound, each is exact) for each in (ear, exact)
    )
    errors = {
        name: relative_error(plain_ear(x.to(device)).cpu(), plain_exact(x)) for name, x in clips.items()
    }
    errors[GRADIENT] = relative_error(
        gradient(ear, clips["noise"][:SLOW].to(device)).cpu(), gradient(exact, clips["noise"][:SLOW])
    )
    plain = Cochleagram(
        replace(exact.params, image=None, padding=2 if options.preset == "kell2018" else 0),
        ear.sound,
        exact=True,
    )
    if other:
        sample = torch.cat([each[:1] for each in clips.values()])
        errors[AGREE] = relative_error(torch.from_numpy(other(sample)).float(), plain(sample))
    for threads in options.threads if device.type == "cpu" else [torch.get_num_threads()]:
        torch.set_num_threads(threads)
        slow = [lambda: exact(clips["noise"][:SLOW])] + [lambda: other(clips["noise"][:SLOW])] * bool(other)
        slow_ms = [each / SLOW for each in milliseconds(slow, 3, torch.device("cpu"))]
        for batch in options.batches:
            waveform = noise[:batch]
            copied = torch.empty(bytes_moved(ear) * batch // 8, dtype=torch.float32, device=device)
            target = torch.empty_like(copied)
            runs = [
                lambda x=waveform: ear(x),
                floor(ear, batch, device),
                lambda a=copied, b=target: b.copy_(a),
            ]
            runs.append(lambda x=waveform: gradient(ear, x))
            fast, floored, copying, both = (
                each / batch for each in milliseconds(runs, options.repeats, device)
            )
            row = {
                "threads": threads,
                "batch": batch,
                "fast": fast,
                "FFT, GEMM": floored,
                "ratio": fast / floored,
                "copy": copying,
            }
            row |= {
                "with gradient": both,
                "exact": slow_ms[0],
                "/ fast": slow_ms[0] / fast,
                "clips/s": 1000 / fast,
            }
            row |= {"peer": slow_ms[1], "peer / fast": slow_ms[1] / fast} if other else {}
            rows.append(row | errors)
    return rows


def show(table: Table, rows: list[dict[str, str]], console: Console) -> None:
    """Print rows of one kind as a table."""
    for name in rows[0]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row.values())
    console.print(table)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--preset", choices=PRESETS, help="a published cochleagram; default: that of --params"
    )
    parser.add_argument("--params", type=Path, default=params.FILE, help="file of values")
    parser.add_argument("--oversampling", type=float, nargs="*", help="default: that of the params")
    parser.add_argument("--batches", type=int, nargs="*", default=[1, 16, 64])
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--peer", type=Path, help="checkout of pycochleagram (kell2018) or chcochleagram (cochdnn)"
    )
    parser.add_argument("--shards", type=Path, default=Path("data/shards"), help="for speech and music")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", type=Path, help="where to write the rows")
    options = parser.parse_args()
    if options.peer and not options.preset:
        parser.error("--peer needs --preset: kell2018 or cochdnn.")
    section, sound = PRESETS[options.preset] if options.preset else (
        params.load("cochleagram", CochleagramParams, options.params),
        params.load("sound", Sound, options.params),
    )  # fmt: skip
    clips, exact, rows = sounds(sound, options.shards), Cochleagram(section, sound, exact=True), []
    other = peer(options.preset, options.peer, exact) if options.peer else None
    for oversampling in options.oversampling or [section.oversampling]:
        ear = Cochleagram(replace(section, oversampling=oversampling), sound)
        measured = measure(ear, exact, clips, other, options, torch.device(options.device))
        rows += [{"oversampling": oversampling, **row} for row in measured]
    console = Console(width=None if sys.stdout.isatty() else 140)
    notes = {"oversampling", *clips, GRADIENT, AGREE}
    slow = "" if options.device == "cpu" else ", exact and peer on cpu"
    title = f"{options.preset or options.params} on {options.device}{slow}: ms a clip"
    times = [
        {name: f"{value:.4g}" for name, value in row.items() if name not in notes - {"oversampling"}}
        for row in rows
    ]
    errors = [
        {name: f"{value:.2g}" if value < 1 else f"{value:g}" for name, value in row.items() if name in notes}
        for row in rows
    ]
    show(Table(title=title, caption=f"load {os.getloadavg()[0]:.1f}"), times, console)
    show(
        Table(title="relative L2 error"),
        [row for place, row in enumerate(errors) if row not in errors[:place]],
        console,
    )
    if "speech" not in clips:
        console.print(
            f"no shards in {options.shards}: errors for noise alone. Make shards with: dvc repro shards"
        )
    if options.json:
        found = {
            "params": params.plain(section),
            "torch": torch.__version__,
            "device": options.device,
            "load": os.getloadavg(),
        }
        options.json.write_text(json.dumps(found | {"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
