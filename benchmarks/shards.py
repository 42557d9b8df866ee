"""python -m benchmarks.shards: clips per second that one process renders, writes and reads.

Uses the first clips of data/mixtures. Writing is compared with `tarfile` copying the same bytes without
rendering, reading with the `webdataset` library on the same tar.
"""

import argparse
import io
import json
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
import webdataset
from rich.console import Console
from rich.table import Table

from heschl.audio import Sound
from heschl.memory import keep_memory
from heschl.mixtures.mix import render
from heschl.mixtures.row import Mixture
from heschl.mixtures.table import FILE, MixturesTable
from heschl.params import load, load_all
from heschl.shards.read import Shards
from heschl.shards.remix import Remix
from heschl.shards.write import Job, ShardParams, write_shard, write_shards

COPY = "write the same bytes with tarfile"
WEBDATASET = "read with webdataset, in order"


def best(function: Callable[[], Any], repeats: int = 3) -> float:
    """Return the shortest of `repeats` times of a call, s."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def copy(tar: Path, out: Path) -> None:
    """Copy a tar, member by member."""
    with tarfile.open(tar) as members, tarfile.open(out, "w") as new:
        for member in members:
            new.addfile(member, io.BytesIO(members.extractfile(member).read()))


def measure(frame: pd.DataFrame, corpus: Path, folder: Path, sound: Sound) -> dict[str, float]:
    """Return the clips per second of each operation on the clips of `frame`, in an empty `folder`."""
    frame.to_parquet(folder / FILE, index=False)
    table, tasks = MixturesTable(folder / FILE), load("tasks", tuple[str, ...])
    rows, record = table.rows(0, len(frame)), {"mixtures": load_all()["mixtures"]}
    write_shards(
        table, corpus, folder, tasks, sound, ShardParams(clips=len(rows), remix=False, store=None), record
    )
    apart = folder / "apart"
    write_shards(
        table, corpus, apart, tasks, sound, ShardParams(clips=len(rows), remix=True, store=None), record
    )
    tar, opened = folder / "train/00000.tar", Shards.open(folder, "train")
    remix, order = Remix(Shards.open(apart, "train"), seed=1), np.random.default_rng(0).permutation(len(rows))

    def write() -> None:
        job = Job(f"x/{time.perf_counter_ns()}.tar", 0, len(rows))
        write_shard(job, table, opened.labels, corpus, folder, sound)

    def read() -> None:
        for start in range(0, len(order), 32):
            opened.waveforms(order[start : start + 32])

    def mix() -> None:
        for start in range(0, len(order), 32):
            remix.waveforms(order[start : start + 32], epoch=1)

    def read_with_webdataset() -> None:
        for sample in webdataset.WebDataset(str(tar), shardshuffle=False):
            soundfile.read(io.BytesIO(sample["wav"]))

    operations = {
        "render": lambda: [render(Mixture.of(row), corpus, sound) for row in rows],
        "render and write": write,
        COPY: lambda: copy(tar, folder / "copy.tar"),
        "read by offset, shuffled": read,
        "read and mix anew": mix,
        WEBDATASET: read_with_webdataset,
    }
    return {name: len(rows) / best(operation) for name, operation in operations.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sound = load("sound", Sound)
    keep_memory()  # as the processes of the stages do
    frame = pd.read_parquet("data/mixtures/mixtures.parquet").iloc[: options.clips].assign(split="train")
    with tempfile.TemporaryDirectory() as folder:
        speeds = measure(frame, Path("data/corpus"), Path(folder), sound)
    table = Table("one process", "clips/s", title=f"{len(frame)} clips of {sound.clip_s} s")
    for name, speed in speeds.items():
        table.add_row(name, f"{speed:,.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"writing: {speeds['render and write'] / speeds[COPY]:.2f}, mixing anew: "
        f"{speeds['read and mix anew'] / speeds[COPY]:.2f} of the speed of tarfile; "
        f"reading: {speeds['read by offset, shuffled'] / speeds[WEBDATASET]:.1f} times that of webdataset"
    )
    if options.json:
        options.json.write_text(json.dumps(speeds, indent=1))


if __name__ == "__main__":
    main()
