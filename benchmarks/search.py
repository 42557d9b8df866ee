"""python -m benchmarks.search: what a search adds to the time of a trial, beside the training alone.

A trial is trained once by the training alone, and once by a search that stops at each rung, in one process.
Both train on the shards of the default data set, on `--batches` batches an epoch. What the search adds does
not depend on how long an epoch is; it is shown as a share of a trial of five minutes.
"""

import argparse
import contextlib
import io
import os
import shutil
import tempfile
import time
from pathlib import Path

from heschl.machine import load_machine
from heschl.params import load_all
from heschl.search.training import sections_of
from heschl.search.worker import Search, open_search
from heschl.train.fit import fit

TRIAL_S = 300.0


def trained(search: Search, folder: Path) -> float:
    """Return the seconds of a training of the search's first trial, by itself."""
    with search.study.claimed() as job:
        assert job is not None
        sections = sections_of(job.sections, search.study.params, search.tasks, search.machine)
        record = job.sections
    folder.mkdir(parents=True)
    start = time.perf_counter()
    fit(search.shards, folder, folder / "network", sections, record)
    return time.perf_counter() - start


def searched(search: Search) -> float:
    """Return the seconds of the search of one trial."""
    start = time.perf_counter()
    search.work()
    return time.perf_counter() - start


def main() -> None:
    given = _parser().parse_args()
    values, machine, shards = load_all(), load_machine(), given.shards.resolve()
    values["search"] |= {"trials": 1, "epochs": [1, 2, 3], "keep": 1.0}
    values["train"]["overfit_batches"] = given.batches
    times: dict[str, list[float]] = {"training": [], "search": []}
    for number in range(given.repeats + 1):  # the first warms up
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
            quiet = contextlib.redirect_stdout(io.StringIO())
            with quiet, open_search(values, machine, shards) as search:
                seconds = {"training": trained(search, Path("work/alone")), "search": searched(search)}
            shutil.rmtree("work")
        if number:
            for name, each in seconds.items():
                times[name].append(each)
    alone, beside = (sorted(each)[len(each) // 2] for each in times.values())
    added = beside - alone
    print(f"training alone {alone:.1f} s, as a search of three rungs {beside:.1f} s: {added:+.1f} s,")
    print(f"{added / TRIAL_S:.1%} of a trial of five minutes (goal: at most 2 %)")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--shards", type=Path, default=Path("data/shards"))
    parser.add_argument("--batches", type=int, default=20, help="in an epoch")
    parser.add_argument("--repeats", type=int, default=3)
    return parser


if __name__ == "__main__":
    main()
