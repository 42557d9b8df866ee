"""Processes that end with the process that started them, so that none outlives a `dvc repro`.

A stage that dvc runs ends when that dvc ends. A stage that is started otherwise (by hand, with nohup, or by
srun or torchrun on another machine) has no dvc above it, and nothing here ends it.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress

import psutil

STAGE = "DVC_STAGE"  # environment variable that dvc sets for the commands of its stages
POLL_S = 0.5
GRACE_S = 30.0  # after SIGTERM: a training saves its state
PR_SET_PDEATHSIG = 1  # of prctl(2)


def end_with_dvc() -> None:
    """End this process when the dvc that runs it ends: SIGTERM, and SIGKILL if it is then still there.

    Without a dvc above it, a process stays. One that dvc started, but left before it came here, exits.
    """
    if STAGE not in os.environ:
        return
    above = psutil.Process().parents()
    dvc = next((process for process in above if is_dvc(process)), None)
    if dvc is not None:
        if dvc in above[:2]:  # it, or its shell, started this process; a launcher's processes only look
            _signal_at_the_end_of_the_parent(signal.SIGTERM)
        threading.Thread(target=_follow, args=(dvc,), daemon=True).start()
    elif os.getppid() == 1 and os.getpid() != os.getpgrp():
        sys.exit("The dvc that started this stage has ended. Run `dvc repro` again.")


def end_with_parent() -> None:
    """End this process, a worker, when the process that started it ends in whatever way."""
    parent = os.getppid()
    _signal_at_the_end_of_the_parent(signal.SIGKILL)
    threading.Thread(target=_leave_without, args=(parent,), daemon=True).start()


def is_dvc(process: psutil.Process) -> bool:
    """Return whether a process lives and is a dvc command."""
    with suppress(psutil.Error):
        words = process.cmdline()[:4]
        named = any(os.path.basename(word) in ("dvc", "dvc.exe", "dvc.__main__") for word in words)
        return named and _lives(process)
    return False


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _signal_at_the_end_of_the_parent(number: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def _follow(dvc: psutil.Process) -> None:
    while _lives(dvc):
        time.sleep(POLL_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _leave_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_S)
    os._exit(1)
