"""Seconds and memory to read a csv file of a million recordings, with pandas beside it.

python benchmarks/listings.py [ROWS]
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.corpus.listings import read_listing
from heschl.corpus.tables import COLUMNS


def main(rows: int) -> None:
    """Write the file, read it, and print what it took; pandas checks nothing and numbers no row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.csv"
        with open(path, "w") as file:
            print(*COLUMNS["words"], sep=",", file=file)
            for row in range(rows):
                person, start_s = f"speaker{row % 1000:04d}", row % 97 / 10
                print(f"{person}/{row:07d}.wav,word{row % 500},{person},{start_s},{start_s + 0.5}", file=file)
        _measure("heschl", lambda: read_listing(path, COLUMNS["words"]))
        _measure("pandas", lambda: pd.read_csv(path, dtype=str, keep_default_na=False))


def _measure(name: str, read: Callable[[], Any]) -> None:
    before, start_s = _peak_mb(), time.process_time()
    table = read()
    taken_s = time.process_time() - start_s
    print(f"{name}: {len(table)} rows in {taken_s:.1f} s, {_peak_mb() - before:.0f} MB above {before:.0f} MB")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
