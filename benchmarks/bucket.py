"""python -m benchmarks.bucket: clips per second read from a bucket, beside the same shards on the local disk.

Copies the training shards of data/shards to the bucket, and reads their clips in random order, in batches.
Without --store a server of S3 is started on this machine, as a stand-in for a bucket nearby:

    python -m benchmarks.bucket --store s3://bucket/folder
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from heschl.shards.bucket import move, rows_of, write_contents
from heschl.shards.cached import BucketTars
from heschl.shards.read import Shards
from heschl.shards.remix import Remix
from heschl.shards.store import Store
from heschl.work import replacing

BATCH = 64
SERVER = (
    "import sys; from moto.server import ThreadedMotoServer as S; s = S('127.0.0.1', 0, verbose=False);"
    "s.start(); print(s.get_host_and_port()[1], flush=True); sys.stdin.read()"
)


@contextmanager
def bucket(given: str | None) -> Iterator[str]:
    """Yield the URL given, or that of a bucket on a server that runs meanwhile."""
    if given:
        yield given
        return
    import s3fs

    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for each request
        text=True,
    )
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    s3fs.S3FileSystem().mkdir("benchmark")
    try:
        yield "s3://benchmark/shards"
    finally:
        server.kill()
        server.communicate()


def copy(shards: Shards, folder: Path, store: Store) -> float:
    """Copy a split to a store, with its index in `folder`; return the bytes per second."""
    entries, start = [], time.perf_counter()
    for number, entry in enumerate(shards.entries):
        tar = folder / entry["file"]
        tar.parent.mkdir(parents=True, exist_ok=True)
        os.symlink((shards.folder / entry["file"]).resolve(), tar)
        first = sum(each["clips"] for each in shards.entries[:number])
        rows = [shards.record(clip) for clip in range(first, first + entry["clips"])]
        with replacing(folder / rows_of(entry["file"]), "w") as file:
            file.write("".join(f"{json.dumps(row)}\n" for row in rows))
        short = {"file": entry["file"], "bytes": entry["bytes"]}
        entries.append(move(short, tar, store, tar.with_suffix(".moved")))
    write_contents(folder, store, entries)
    (folder / "index.json").write_bytes((shards.folder / "index.json").read_bytes())
    return sum(entry["bytes"] for entry in entries) / (time.perf_counter() - start)


def rate(shards: Shards, order: np.ndarray) -> float:
    """Read all clips in this order, mixed anew if they are apart; return the clips per second."""
    remix = Remix(shards, seed=1) if shards.parts == 2 else None
    start = time.perf_counter()
    for first in range(0, len(order), BATCH):
        numbers = order[first : first + BATCH]
        if remix:
            remix.waveforms(numbers, epoch=1)
        else:
            shards.waveforms(numbers)
    return len(order) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shards", type=Path, default=Path("data/shards"))
    parser.add_argument("--store", help="such as s3://bucket/folder")
    parser.add_argument("--passes", type=int, default=15)
    options = parser.parse_args()
    local = Shards.open(options.shards, "train")
    order = np.random.default_rng(0).permutation(len(local))
    with tempfile.TemporaryDirectory() as temporary, bucket(options.store) as url:
        here = Path(temporary)
        os.environ["HESCHL_MACHINE"] = json.dumps({"cache": str(here / "cache")})
        store = Store(f"{url}/{time.time_ns():016x}")
        written = copy(local, here / "shards", store)
        stored = Shards.open(here / "shards", "train")
        first = rate(stored, order)
        tars = stored.tars
        assert isinstance(tars, BucketTars)
        assert tars.copier
        tars.copier.join()
        rate(local, order)  # both have been read once
        pairs = [(rate(local, order), rate(stored, order)) for _ in range(options.passes)]
    ratios = sorted(there / beside for beside, there in pairs)
    table = Table(
        "", "clips/s", title=f"{len(order)} training clips in {len(local.entries)} shards, one process"
    )
    table.add_row("local disk", f"{np.median([beside for beside, _ in pairs]):,.0f}")
    table.add_row("bucket, first pass, copies to the cache meanwhile", f"{first:,.0f}")
    table.add_row("bucket, later passes", f"{np.median([there for _, there in pairs]):,.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"later passes: {np.median(ratios):.2f} of the local rate ({ratios[0]:.2f} to {ratios[-1]:.2f} in "
        f"{len(ratios)} pairs); written at {written / 1e6:.0f} MB/s"
    )


if __name__ == "__main__":
    main()
