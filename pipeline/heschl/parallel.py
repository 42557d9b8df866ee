"""Map a function over a list in local processes, or on a Dask cluster, with a progress bar."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from threadpoolctl import threadpool_limits

from heschl import cluster
from heschl.cluster import THREADS
from heschl.processes import end_with_parent

AHEAD = 64  # items for each process that are handed out before their turn
_function: Callable[[Any], Any]  # of a worker process


def workers() -> int:
    """Return the number of processes to use: HESCHL_WORKERS, or the cores available to this process.

    raises : ValueError if HESCHL_WORKERS is not a positive integer
    """
    wanted = os.environ.get("HESCHL_WORKERS", "")
    if wanted:
        if not (wanted.isdigit() and int(wanted) > 0):
            raise ValueError(f"HESCHL_WORKERS is {wanted!r}; expected a number of processes, 1 or more.")
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parallel_map(
    function: Callable[[Any], Any], items: Sequence[Any], description: str, reads: Sequence[Path] = ()
) -> list[Any]:
    """Return `[function(item) for item in items]`, computed in `workers()` processes or on a cluster.

    function, items : picklable; the result of a call must not depend on earlier calls. Each process gets the
                      function once, with the tables bound in it
    reads           : folders that `function` reads, which all machines of a cluster must see
    raises          : the error that `function` raises; items that were not started are then dropped
    """
    return list(parallel_results(function, items, description, reads))


def parallel_results(
    function: Callable[[Any], Any], items: Sequence[Any], description: str, reads: Sequence[Path] = ()
) -> Iterator[Any]:
    """Yield what `parallel_map` returns, in order, without keeping it."""
    return progress(_results(function, items, description, reads), len(items), description)


def threaded_map(function: Callable[[Any], Any], items: Sequence[Any], description: str) -> list[Any]:
    """Return `[function(item) for item in items]`, computed in threads or on a cluster.

    For calls that take a second or less and share large arrays; see `parallel_map`. Each has one thread for
    its sums, so that they have the same order on every machine.
    """
    if cluster.wanted():
        return list(cluster.results(function, items, description))
    with threadpool_limits(1), ThreadPoolExecutor(workers()) as pool:
        return list(pool.map(function, items))


def progress(results: Iterable[Any], total: int, description: str) -> Iterator[Any]:
    """Yield from `results` with a progress bar, which is hidden if the output is not a terminal."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield from bar.track(results, total=total, description=description)


def _results(
    function: Callable[[Any], Any], items: Sequence[Any], description: str, reads: Sequence[Path]
) -> Iterator[Any]:
    if cluster.wanted():
        yield from cluster.results(function, items, description, reads)
        return
    count = min(workers(), len(items))
    if count <= 1:
        yield from map(function, items)
        return
    saved = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, context, _start, (function,)) as pool:
            try:
                yield from _in_turn(pool, items, AHEAD * count)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    finally:
        for name, value in saved.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _in_turn(pool: ProcessPoolExecutor, items: Iterable[Any], ahead: int) -> Iterator[Any]:
    """Yield the results for `items`, in order; at most `ahead` of them are in the pool at once."""
    waiting: deque[Future[Any]] = deque()
    broken: BrokenExecutor | None = None
    for item in items:
        if len(waiting) == ahead:
            yield waiting.popleft().result()
        try:
            waiting.append(pool.submit(_call, item))
        except BrokenExecutor as error:  # a worker died: first what is finished
            broken = error
            break
    while waiting:
        yield waiting.popleft().result()
    if broken:
        raise broken


def _start(function: Callable[[Any], Any]) -> None:
    """Prepare a worker process: keep the function, and end with the process that started it."""
    global _function
    _function = function
    end_with_parent()


def _call(item: Any) -> Any:
    return _function(item)
