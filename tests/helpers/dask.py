"""A Dask scheduler and workers in processes of their own, on this machine only."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ENDS_S = 60.0


class Cluster:
    """A scheduler, its file, and the workers started so far."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen] = []
        here = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self._start("scheduler", *here)
        try:
            wait_until(self._is_listening)
        except BaseException:
            self.close()
            raise

    def add(self, count: int, *options: str) -> None:
        """Start workers; each is a nanny, which starts the process that computes."""
        here = ["--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(self.folder)]
        for _ in range(count):
            arguments = [self.address, *here, *(options or ("--nthreads", "1"))]
            self.workers.append(self._start("worker", *arguments))

    def kill_a_worker(self) -> None:
        """Kill a worker and its nanny at once, as when a machine fails."""
        worker = self.workers.pop(0)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def kill_the_scheduler(self) -> None:
        os.killpg(self.scheduler.pid, signal.SIGKILL)

    def close(self) -> None:
        for process in (self.scheduler, *self.workers):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _is_listening(self) -> bool:
        """Whether the scheduler has written its file; it first makes an empty one."""
        try:
            self.address = json.loads(self.file.read_text())["address"]
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        return True

    def _start(self, *arguments: str) -> subprocess.Popen:
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments], stdout=log, stderr=log, start_new_session=True
            )


def wait_until(done, seconds: float = ENDS_S) -> None:
    """Wait until `done()` is true."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
