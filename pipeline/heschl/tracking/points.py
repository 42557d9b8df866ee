"""Curves of a run: points are sent by a thread, so that a training does not wait for the store."""

import queue
import threading
import time
from collections.abc import Mapping
from typing import Any

from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

from heschl.tracking.store import tracking_uri
from heschl.tracking.unsent import deliver


class Points:
    """The points of a run's curves; those that the store does not take are kept, as `deliver` does."""

    def __init__(self, run_id: str):
        self.run_id = run_id
        self._queue: queue.Queue[list[list[Any]] | None] = queue.Queue()  # None: no more points
        self._thread: threading.Thread | None = None

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Add a point to each of the curves."""
        now = round(time.time() * 1000)
        self._queue.put([[name, float(value), now, step] for name, value in values.items()])
        if self._thread is None:
            self._thread = threading.Thread(target=self._send, daemon=True, name="Points")
            self._thread.start()

    def flush(self) -> None:
        """Wait until every point is in the store, or kept."""
        self._queue.join()

    def close(self) -> None:
        """End the thread, after `flush`; a further point starts another."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _send(self) -> None:
        last = False
        while not last:
            points = [self._queue.get()]
            while not self._queue.empty():
                points.append(self._queue.get())
            last = None in points
            values = [each for point in points if point is not None for each in point]
            if values:
                deliver(self.run_id, {"kind": "metrics", "values": values})
            for _ in points:
                self._queue.task_done()


class Load(SystemMetricsMonitor):
    """Record CPU, memory and GPU load every `interval_s`, until `finish()`, also while the store is away."""

    def __init__(self, points: Points, interval_s: float):
        super().__init__(
            points.run_id, interval_s, samples_before_logging=1, resume_logging=True,
            tracking_uri=tracking_uri(),
        )  # fmt: skip
        self.points = points
        self.collect_metrics()  # at once: a short training has its point too
        self.publish_metrics(self.aggregate_metrics())
        self.start()

    def monitor(self) -> None:
        """Collect and publish, in a thread."""
        while not self._shutdown_event.is_set():
            self.collect_metrics()
            if not self._shutdown_event.wait(self.sampling_interval):
                self.publish_metrics(self.aggregate_metrics())

    def publish_metrics(self, metrics: Mapping[str, float]) -> None:
        """Add a point to each curve of the load."""
        self.points.add(
            {f"{self._metrics_prefix}{name}": value for name, value in metrics.items()}, self._logging_step
        )
        self._logging_step += 1
        for each in self.monitors:
            each.clear_metrics()
