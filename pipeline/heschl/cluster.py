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
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from heschl import work

if TYPE_CHECKING:
    from distributed import Client

SCHEDULER = "HESCHL_DASK"
LIBRARIES = (  # that decide the bytes of sounds, tables and scores
    "espeakng-loader", "numpy", "pandas", "pocketsphinx", "pretty-midi", "pyarrow", "scikit-learn", "scipy",
    "soundfile", "symusic", "torch", "webdataset",
)  # fmt: skip
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")  # 1 in each worker
WINDOW = 10_000  # items that the scheduler knows at a time
CONNECT_S = 30.0
SILENT_S = 30.0  # without a result, before it is asked whether there are workers
START = "dask worker ADDRESS --nthreads 1 --nworkers -1"


class ClusterError(RuntimeError):
    """A cluster that cannot compute or has gone; the message says what to do."""


def _version_of(code: Path) -> dict[str, str]:
    """Return what must be the same on every machine: digest of the source files, versions."""
    found = hashlib.sha256()
    for path in sorted(code.rglob("*.py")):
        found.update(path.relative_to(code).as_posix().encode() + path.read_bytes())
    installed = {each.metadata["Name"].lower(): each.version for each in metadata.distributions()}
    versions = {name: installed.get(name, "none") for name in LIBRARIES}
    return {"code of pipeline/": found.hexdigest()[:16], "Python": platform.python_version()} | versions


# when this process imported it: a worker that started before an edit runs the code from before
VERSION = _version_of(Path(__file__).parent)


_clients: dict[str, "Client"] = {}  # by scheduler
_token: dict[str, Path] = {}  # of the `last` map of this worker


def wanted() -> str:
    """Return the scheduler that HESCHL_DASK names, or an empty text."""
    return os.environ.get(SCHEDULER, "")


def results(
    function: Callable[[Any], Any], items: Sequence[Any], description: str, reads: Sequence[Path] = ()
) -> Iterator[Any]:
    """Yield `function(item)` for each item in order, computed by the workers of the cluster.

    function, items : as for `parallel_map`; an item of a worker that dies is computed by another one
    reads           : folders that each worker must see
    raises          : the error that `function` raises; ClusterError if the scheduler is not there or goes
                      away, if a worker has other code, several threads or lacks a folder, or if an item ends
                      several workers
    """
    token = Path.cwd() / work.FOLDER / f".cluster-{uuid4().hex}"  # that a worker must see
    settings = {"token": token, "reads": [path.absolute() for path in reads], "version": VERSION}
    remaining, waiting = iter(items), deque[Any]()
    with _losses_reported(description):
        client = _client(wanted())
        _wait_for_a_worker(client, description)
        token.parent.mkdir(exist_ok=True)
        token.touch()
        try:
            # part of each task's graph: if the worker that holds it dies, another gets it again
            settings["function"] = client.submit(_same, function, pure=False)
            while True:
                if len(waiting) <= WINDOW // 2:
                    batch = list(islice(remaining, WINDOW - len(waiting)))
                    waiting.extend(client.map(_call, batch, **settings, pure=False) if batch else ())
                if not waiting:
                    return
                yield _result(client, waiting.popleft(), description)
        finally:
            if client.status == "running":
                client.cancel([*waiting, *(each for each in [settings.get("function")] if each)])
            token.unlink(missing_ok=True)


def disconnect() -> None:
    """Close the connection to the scheduler, if there is one; the next map opens it again."""
    while _clients:
        _clients.popitem()[1].close()


@contextmanager
def _losses_reported(description: str) -> Iterator[None]:
    """Turn the ways in which a cluster can go away into ClusterError."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"{description}: several workers died while they computed the same item. Look into the log of "
            f"{error.last_worker.address}: often there is too little memory (dask worker --memory-limit)."
        ) from None
    except (CancelledError, OSError) as error:
        client = _clients.get(wanted())
        cut = isinstance(error, CommClosedError)  # that the scheduler is gone may not be known yet
        answers = client is not None and _workers(client) is not None and not cut
        if isinstance(error, OSError) and not cut and (answers or client is None):
            raise  # of the function
        if answers:
            raise ClusterError(
                f"{description}: the cluster dropped the work ({error}). Start scheduler and workers with "
                "the project's environment: they import what this process imports."
            ) from None
        disconnect()
        raise ClusterError(
            f"{description}: the Dask scheduler {wanted()} went away. What the workers finished is kept. "
            f"Start it again, or unset {SCHEDULER} to use local processes, then `dvc repro`: it resumes."
        ) from None


def _result(client: "Client", future: Any, description: str) -> Any:
    """Return the result of a task; say so while there is no worker."""
    said = False
    while not future.done():
        try:
            future.result(timeout=SILENT_S)
        except TimeoutError:
            if not future.done() and _workers(client) == 0 and not said:
                said = _say_no_workers(description)
        except Exception:
            break  # of the function: below
    return future.result()


def _workers(client: "Client") -> int | None:
    """Return how many workers there are, up to some number, or None if the scheduler does not answer."""
    try:
        found = client.scheduler_info().get("workers") if client.status == "running" else None
    except OSError:
        return None
    return None if found is None else len(found)


def _wait_for_a_worker(client: "Client", description: str) -> None:
    said = False
    while not (count := _workers(client)):
        if count is None:
            raise OSError("the scheduler does not answer")
        said = said or _say_no_workers(description)
        time.sleep(1.0)


def _say_no_workers(description: str) -> bool:
    print(f"{description}: {wanted()} has no workers. Waiting for one: {START}", file=sys.stderr)
    return True


def _client(scheduler: str) -> "Client":
    """Return a connection to the scheduler, which stays open until this process ends."""
    if scheduler in _clients and _clients[scheduler].status == "running":
        return _clients[scheduler]
    from dask import config
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # says what ClusterError says
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


def _forget() -> None:
    """Empty the caches of what was read from files."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "heschl":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def _same(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return function


def _call(
    item: Any, function: Callable[[Any], Any], token: Path, reads: Sequence[Path], version: dict[str, str]
) -> Any:
    """Return `function(item)` in a worker, in the folder of the project."""
    from distributed import get_worker

    worker = get_worker()
    name, threads = worker.address, worker.state.nthreads
    sums = {variable: os.environ.get(variable) for variable in THREADS}
    if threads != 1 or set(sums.values()) != {"1"}:
        found = ", ".join(f"{variable}={value}" for variable, value in sums.items())
        raise ClusterError(
            f"the worker {name} has {threads} threads and {found}; expected 1 of each. Unset these "
            f"variables, and start workers with `{START}`."
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
    if _token.get("last") != token:  # files may have changed since the last map
        _token["last"] = token
        _forget()
    for folder in reads:
        if not folder.is_dir():
            raise ClusterError(f"the worker {name} does not see {folder}, which all machines must.")
    os.chdir(project)
    return function(item)
