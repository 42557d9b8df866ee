"""Map a function over a list on the workers of a Dask cluster, which share the project's folder.

HESCHL_DASK names the scheduler: an address such as tcp://host:8786, or the path of a scheduler file that
ends in .json. Only then is Dask imported. A worker's result must be that of a local process, so a worker has
one thread, and the code and library versions of the process that it works for.
"""

import atexit
import hashlib
import json
import logging
import os
import platform
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pipeline import work

if TYPE_CHECKING:
    from distributed import Client

SCHEDULER = "HESCHL_DASK"
LIBRARIES = (  # that decide the bytes of sounds, tables and scores
    "espeakng-loader", "numpy", "pandas", "pretty-midi", "pyarrow", "scikit-learn", "scipy", "soundfile",
    "symusic", "torch",
)  # fmt: skip
WINDOW = 10_000  # items that the scheduler knows at a time
CONNECT_S = 30.0
START = "dask worker ADDRESS --nthreads 1 --nworkers -1"


class ClusterError(RuntimeError):
    """A cluster that cannot compute or has gone; the message says what to do."""


def _version_of(code: Path) -> dict[str, str]:
    """Return what must be the same on every machine: digest of the source files, versions."""
    found = hashlib.sha256()
    for path in sorted(code.rglob("*.py")):
        found.update(path.relative_to(code).as_posix().encode() + path.read_bytes())
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"code of pipeline/": found.hexdigest()[:16], "Python": platform.python_version()} | versions


# when this process imported it: a worker that started before an edit runs the code from before
VERSION = _version_of(Path(__file__).parent)


_clients: dict[str, "Client"] = {}  # by scheduler


def wanted() -> str:
    """Return the scheduler that HESCHL_DASK names, or an empty text."""
    return os.environ.get(SCHEDULER, "")


def results(function: Callable[[Any], Any], items: Sequence[Any], description: str) -> Iterator[Any]:
    """Yield `function(item)` for each item in order, computed by the workers of the cluster.

    function, items : as for `parallel_map`; an item of a worker that dies is computed by another one
    raises          : the error that `function` raises; ClusterError if the scheduler is not there or goes
                      away, if a worker has other code or several threads, or if an item ends several workers
    """
    from distributed import CancelledError, KilledWorker

    client = _client(wanted())
    _wait_for_a_worker(client, description)
    token = Path.cwd() / work.FOLDER / f".cluster-{uuid4().hex}"  # that a worker must see
    token.parent.mkdir(exist_ok=True)
    token.touch()
    # part of each task's graph: if the worker that holds it dies, another gets it again
    held = client.submit(_same, function, pure=False)
    remaining, waiting = iter(items), deque[Any]()
    try:
        while True:
            if len(waiting) <= WINDOW // 2:
                batch = list(islice(remaining, WINDOW - len(waiting)))
                settings = {"function": held, "token": token, "version": VERSION}
                waiting.extend(client.map(_call, batch, **settings, pure=False) if batch else ())
            if not waiting:
                return
            yield waiting.popleft().result()
    except KilledWorker as error:
        raise ClusterError(
            f"{description}: several workers died while they computed the same item. Look into the log of "
            f"{error.last_worker.address}: often there is too little memory (dask worker --memory-limit)."
        ) from None
    except (CancelledError, OSError) as error:
        if isinstance(error, OSError) and client.status == "running":
            raise  # of the function
        disconnect()
        raise ClusterError(
            f"{description}: the Dask scheduler {wanted()} went away. What the workers finished is kept. "
            f"Start it again, or unset {SCHEDULER} to use local processes, then `dvc repro`: it resumes."
        ) from None
    finally:
        if client.status == "running":
            client.cancel([held, *waiting])
        token.unlink(missing_ok=True)


def _client(scheduler: str) -> "Client":
    """Return a connection to the scheduler, which stays open until this process ends."""
    if scheduler in _clients:
        return _clients[scheduler]
    from dask import config
    from distributed import Client

    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # says what ClusterError says
    config.set({"distributed.admin.large-graph-warning-threshold": "10GB"})  # tables go with the function
    try:
        address = _address_in(Path(scheduler)) if scheduler.endswith(".json") else scheduler
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="heschl")
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {SCHEDULER}={scheduler} ({error}). Expected an address such as "
            f"tcp://host:8786, or the .json file of `dask scheduler --scheduler-file`. Unset it to use local "
            f"processes."
        ) from None
    atexit.register(disconnect)
    _clients[scheduler] = client
    return client


def _address_in(file: Path) -> str:
    try:
        return str(json.loads(file.read_text())["address"])
    except (KeyError, TypeError):
        raise ValueError(f"{file} has no address") from None


def disconnect() -> None:
    """Close the connection to the scheduler, if there is one; the next map opens it again."""
    while _clients:
        _clients.popitem()[1].close()


def _wait_for_a_worker(client: "Client", description: str) -> None:
    if not client.scheduler_info()["workers"]:
        print(f"{description}: {wanted()} has no workers yet. Waiting for one: {START}", file=sys.stderr)
        client.wait_for_workers(1)


def _same(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return function


def _call(item: Any, function: Callable[[Any], Any], token: Path, version: dict[str, str]) -> Any:
    """Return `function(item)` in a worker, in the folder of the project."""
    from distributed import get_worker

    worker = get_worker()
    name, threads = worker.address, worker.state.nthreads
    sums = os.environ.get("OMP_NUM_THREADS")
    if threads != 1 or sums != "1":
        raise ClusterError(
            f"the worker {name} has {threads} threads and OMP_NUM_THREADS={sums}; expected 1 and 1. Start "
            f"workers with `{START}`."
        )
    for what, expected in version.items():
        if VERSION[what] != expected:
            raise ClusterError(
                f"the worker {name} has {what} {VERSION[what]}, but this process has {expected}. Start the "
                "workers again, with the project's environment."
            )
    project = token.parent.parent
    if not token.exists():
        raise ClusterError(
            f"the worker {name} does not see the files of {project}. The project's folder must be the same "
            "on all machines, under the same path."
        )
    os.chdir(project)
    return function(item)
