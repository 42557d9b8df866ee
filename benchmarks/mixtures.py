"""python -m benchmarks.mixtures: cost of drawing and rendering a clip, in short tables and in long ones.

A table of each length is planned, and some of its parts are drawn and rendered, in one process of their own.
The rest of the table repeats these parts: what is measured is whether a clip costs more in a longer table.
setup is what is done once per table; memory is the largest resident size of the process.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from heschl.audio import Sound
from heschl.mixtures import draw, recordings
from heschl.mixtures.excerpts import CorpusSplit
from heschl.mixtures.params import MixtureParams
from heschl.mixtures.plan import plan
from heschl.mixtures.table import FILE, MixturesTable, join
from heschl.params import load
from heschl.shards.write import ShardParams, _jobs, write_shard

CORPUS = Path("data/corpus")


def measure(rows: int, drawn: int, folder: Path) -> dict[str, float]:
    """Return ms of CPU per clip, s of CPU once per table, and MB, for a table of `rows` training clips."""
    params, sound, tasks = (
        load("mixtures", MixtureParams),
        load("sound", Sound),
        load("tasks", tuple[str, ...]),
    )
    share = {task: rows // len(tasks) for task in tasks}
    params = replace(params, train=replace(params.train, clips=share))
    start = time.process_time()
    found = recordings.load(CORPUS, folder / "columns")
    splits = {"train": CorpusSplit.of("train", CORPUS, found, params, sound)}
    plans = {"train": plan("train", tasks, params)}
    first = draw._draw_part(splits, plans, tasks, folder, ("train", 0))
    setup, start = time.process_time() - start, time.process_time()
    starts = range(draw.PART, drawn, draw.PART)
    for place in starts:
        first |= draw._draw_part(splits, plans, tasks, folder, ("train", place))
    drawing = (time.process_time() - start) / (len(starts) * draw.PART)
    parts = sorted(folder.glob("*.parquet"))
    join((parts[number % len(parts)] for number in range(rows // draw.PART)), folder / FILE, tasks)
    start, table = time.process_time(), MixturesTable(folder / FILE)
    jobs = _jobs(table.counts("split"), ShardParams(clips=draw.PART, remix=False, store=None))
    labels = {task: sorted(table.counts(task)) for task in tasks}
    planning, start = time.process_time() - start, time.process_time()
    some = jobs[len(jobs) // 2 :][: drawn // draw.PART - 1]
    for job in some:
        write_shard(job, table, labels, CORPUS, folder, sound)
    rendering = (time.process_time() - start) / (len(some) * draw.PART)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "draw, ms": 1e3 * drawing, "render and write, ms": 1e3 * rendering, "setup, s": setup + planning,
        "memory, MB": megabytes,
    }  # fmt: skip


def _alone(rows: int, drawn: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        return measure(rows, drawn, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[2000, 10**4, 10**5, 10**6])
    parser.add_argument("--drawn", type=int, default=1536, help="clips that are drawn and rendered")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.drawn < 2 * draw.PART:
        parser.error(f"--drawn is {options.drawn}; expected at least {2 * draw.PART}, two parts")
    results = {}
    for rows in options.rows:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            results[rows] = alone.submit(_alone, rows, options.drawn).result()
    columns = list(next(iter(results.values())))
    table = Table("rows", *columns, title=f"one process, {options.drawn} clips of each table")
    for rows, found in results.items():
        table.add_row(f"{rows:,}", *(f"{found[name]:,.2f}" for name in columns))
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
