"""A process that outlives a training that is killed outright, and records the kill in its MLflow run.

training ──pipe──> guard     "done": the training has closed its run itself;
                             the pipe ends without it: the run is closed as KILLED if it is still RUNNING
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DONE = b"done"


@contextmanager
def guarded(run_id: str, process: str, store: str) -> Iterator[None]:
    """Have the run closed as KILLED if this process dies before the end of the block.

    process : value of the run's tag heschl.process
    store   : the tracking URI
    """
    root = str(Path(__file__).parents[2])
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": store,
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
    }
    command = [sys.executable, "-P", __file__, run_id, process]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, env=environment, start_new_session=True, **silent
    ) as child:
        try:
            yield
        finally:
            try:
                child.stdin.write(DONE)
                child.stdin.close()
            except OSError:
                pass  # the guard itself has been killed


def main() -> None:
    """Wait for the training's end; signals are ignored before the import of MLflow, which takes seconds."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    from heschl import tracking  # now: the folder of a queued experiment may be gone when training ends

    os.nice(19)
    if sys.stdin.buffer.read(len(DONE)) == DONE:  # not to the end: forked workers hold the pipe too
        return
    run_id, process = sys.argv[1:]
    tracking.close_dead(run_id, process)


if __name__ == "__main__":
    main()
