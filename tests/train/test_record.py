"""Tracking servers: one that is killed in the middle of a training, and two trainings at once."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import pytest
import s3fs

from heschl import tracking
from heschl.train.history import History
from tests.helpers.trainings import LIMIT_S, ROOT, changed, fit, rows_of, stage

pytestmark = pytest.mark.slow
PASSWORD = "of twelve letters"


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


@pytest.fixture
def lab(postgres, place, port, tmp_path, monkeypatch):
    """What starts a server with PostgreSQL, a bucket and passwords; the environment has its admin's."""
    here = tmp_path / "server"
    settings = {
        "HESCHL_SERVER": str(here),
        "MLFLOW_BACKEND_STORE_URI": postgres,
        "MLFLOW_ARTIFACTS_DESTINATION": f"{place}/mlflow",
        "MLFLOW_S3_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
    }

    def begin():
        command = ["bash", str(ROOT / "launch/server.sh"), "--port", str(port)]
        server = start(port, command, os.environ | settings)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "admin")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", (here / "password").read_text().strip())
        return server

    return begin


def check_logged(run_id, folder):
    """Check that the run of a training is whole."""
    assert tracking.client().get_run(run_id).info.status == "FINISHED"
    points = tracking.client().get_metric_history(run_id, "validation_loss")
    assert [point.step for point in points] == [int(row["step"]) for row in rows_of(folder)]
    assert tracking.has_artifacts(run_id, "network", ["config.json", "weights.pt"])


def check_a_training_whose_server_is_killed(shard_folder, sections, begin, monkeypatch, capsys):
    """Train, kill the server after the first epoch, start it again, and send what was kept."""
    ends, servers = History.on_train_epoch_end, [begin()]

    def kill(self, trainer, module):
        ends(self, trainer, module)
        if servers:
            trainer.logger.points.flush()
            stop(servers.pop())

    monkeypatch.setattr(History, "on_train_epoch_end", kill)
    capsys.readouterr()
    best = fit(shard_folder, changed(sections, epochs=3))
    assert best["epoch"] in (1, 2, 3)
    assert Path("network/weights.pt").is_file()
    assert capsys.readouterr().err.count("heschl runs send") == 1
    run_id = Path("network/run_id").read_text()
    assert tracking.waiting() == [run_id]
    servers.append(begin())
    try:
        assert tracking.send(run_id)
        check_logged(run_id, "network")
    finally:
        stop(servers.pop())


def test_a_server_that_is_killed_costs_the_training_nothing(
    shard_folder, sections, store, port, monkeypatch, capsys
):
    begin = partial(start, port, *tracking.server(str(port)))  # of this folder's store
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    check_a_training_whose_server_is_killed(shard_folder, sections, begin, monkeypatch, capsys)


def test_postgresql_a_bucket_and_passwords_hold_the_trainings_of_two_users_at_once_and_a_kill(
    shard_folder, sections, store, lab, port, place, monkeypatch, capsys
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    server, names = lab(), ("admin", "ann")
    add = f"get_app_client('basic-auth', 'http://127.0.0.1:{port}').create_user('ann', '{PASSWORD}')"
    subprocess.run([sys.executable, "-c", f"from mlflow.server import get_app_client; {add}"], check=True)

    def train(name):
        """Start a training of a user in a folder of its own, as on a machine of its own."""
        Path(name).mkdir()
        with monkeypatch.context() as patch:
            patch.chdir(name)
            if name == "ann":
                patch.setenv("MLFLOW_TRACKING_USERNAME", name)
                patch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
            command = stage(sections, shard_folder, "network")
        return subprocess.Popen(
            **command, cwd=name, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )

    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_PASSWORD", "wrong")
        with pytest.raises(tracking.TrackingError, match="Set MLFLOW_TRACKING_USERNAME"):
            fit(shard_folder, sections, "refused")
    both = [train(name) for name in names]
    printed = [each.communicate(timeout=LIMIT_S)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], printed
    ids = [Path(name, "network/run_id").read_text() for name in names]
    assert len(set(ids)) == 2
    for name, run_id in zip(names, ids, strict=True):
        check_logged(run_id, f"{name}/network")
    started = iter([server])  # the server that runs is the first
    check_a_training_whose_server_is_killed(
        shard_folder, sections, lambda: next(started, None) or lab(), monkeypatch, capsys
    )
    kept = s3fs.S3FileSystem().find(place)
    assert sum(name.endswith("weights.pt") for name in kept) == 3
    assert (Path("server").stat().st_mode & 0o077, Path("server/password").stat().st_mode & 0o077) == (0, 0)
