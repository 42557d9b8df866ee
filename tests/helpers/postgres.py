"""A server of PostgreSQL on this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

POSTGRES = shutil.which("pg_ctl") or next(
    iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))), None
)


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a PostgreSQL server that all tests of a process share, without a database."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    pytest.importorskip("psycopg", reason="psycopg, PostgreSQL's driver, is not installed")
    # not in pytest's folder, which other users cannot enter: it refuses to run as root
    folder, program = Path(tempfile.mkdtemp(prefix="heschl-postgres-")), Path(POSTGRES).parent
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -F"

    def run(*command):
        done = subprocess.run(
            [str(program / command[0]), *command[1:]], capture_output=True, text=True, cwd=folder, **user
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("initdb", "-D", str(folder / "data"), "-U", "heschl", "--auth=trust")
    run("pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql+psycopg://heschl@127.0.0.1:{port}"
    run("pg_ctl", "-D", str(folder / "data"), "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server):
    """The address of an empty database."""
    import psycopg

    name = f"d{time.monotonic_ns()}"
    with psycopg.connect(
        f"{postgres_server.replace('+psycopg', '')}/postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"
