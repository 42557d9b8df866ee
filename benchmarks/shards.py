"""python -m benchmarks.shards: clips a second of one process, rendered, written and read, as ratios to the floor.

Takes the first shard of data/mixtures. Floor of writing: the same bytes through `tarfile` without rendering. Peer of
reading: the `webdataset` library on the same tar.
"""

import argparse
import io
import json
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import webdataset
from rich.console import Console
from rich.table import Table

from pipeline.audio import Sound
from pipeline.mixtures.mix import render
from pipeline.mixtures.row import Mixture
from pipeline.params import load
from pipeline.shards.read import Shards
from pipeline.shards.write import Job, ShardParams, write_shard, write_shards


def best(function, repeats=3):
    """Return the shortest of `repeats` times of a call, s."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def copy(tar, out):
    """Write the members of a tar anew."""
    with tarfile.open(tar) as members, tarfile.open(out, "w") as new:
        for member in members:
            new.addfile(member, io.BytesIO(members.extractfile(member).read()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sound, corpus = load("sound", Sound), Path("data/corpus")
    frame = pd.read_parquet("data/mixtures/mixtures.parquet").iloc[: options.clips].assign(split="train")
    rows = frame.to_dict("records")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shards(frame, corpus, folder, ("word", "genre"), sound, ShardParams(clips=len(rows)), {})
        tar, opened = folder / "train/00000.tar", Shards.open(folder, "train")
        order = np.random.default_rng(0).permutation(len(rows))
        times = {
            "render": best(lambda: [render(Mixture.of(row), corpus, sound) for row in rows]),
            "render and write": best(
                lambda: write_shard(Job(f"x/{time.perf_counter_ns()}.tar", rows), corpus, folder, sound)
            ),
            "floor: write the same bytes": best(lambda: copy(tar, folder / "copy.tar")),
            "read by offset, shuffled": best(
                lambda: [opened.waveforms(order[i : i + 32]) for i in range(0, len(order), 32)]
            ),
            "peer: webdataset, in order": best(
                lambda: [
                    soundfile.read(io.BytesIO(s["wav"]))
                    for s in webdataset.WebDataset(str(tar), shardshuffle=False)
                ]
            ),
        }
    speeds = {what: len(rows) / seconds for what, seconds in times.items()}
    table = Table("one process", "clips/s", title=f"{len(rows)} clips of {sound.clip_s} s")
    for what, speed in speeds.items():
        table.add_row(what, f"{speed:,.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"written at {speeds['render and write'] / speeds['floor: write the same bytes']:.2f} of the floor's speed; "
        f"read at {speeds['read by offset, shuffled'] / speeds['peer: webdataset, in order']:.1f} times the peer's"
    )
    if options.json:
        options.json.write_text(json.dumps(speeds, indent=1))


if __name__ == "__main__":
    main()
