"""A tracking server that is killed in the middle of a training."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pipeline import tracking
from pipeline.train.history import History
from tests.helpers.trainings import LIMIT_S, changed, fit, rows_of

pytestmark = pytest.mark.slow


def start(port, command, environment):
    """Start an MLflow server; return it when it answers."""
    server = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(10 * LIMIT_S):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10).close()
            return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def stop(server):
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_a_server_that_is_killed_costs_the_training_nothing(
    shard_folder, sections, store, port, monkeypatch, capsys
):
    ends, servers = History.on_train_epoch_end, []

    def kill(self, trainer, module):
        ends(self, trainer, module)
        if servers:
            trainer.logger.points.flush()
            stop(servers.pop())

    given = port, *tracking.server(str(port))  # of this folder's store
    servers.append(start(*given))
    monkeypatch.setattr(History, "on_train_epoch_end", kill)
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
        best = fit(shard_folder, changed(sections, epochs=3))
        assert best["epoch"] in (1, 2, 3)
        assert Path("network/weights.pt").is_file()
        assert capsys.readouterr().err.count("heschl runs send") == 1
        run_id = Path("network/run_id").read_text()
        assert tracking.waiting() == [run_id]
        servers.append(start(*given))
        try:
            assert tracking.send(run_id)
        finally:
            stop(servers.pop())
    run = store().get_run(run_id)
    assert run.info.status == "FINISHED"
    steps = [point.step for point in store().get_metric_history(run_id, "validation_loss")]
    assert steps == [int(row["step"]) for row in rows_of("network")]
    assert tracking.has_artifacts(run_id, "network", ["config.json", "weights.pt"])
