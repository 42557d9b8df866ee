"""A server of S3 on this machine, and a connection to it that can be cut."""

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
import s3fs

from heschl.shards import store as stores


class Server:
    """A server of S3 in a process of its own, which keeps its objects in memory."""

    def __init__(self):
        code = (
            "import sys; from moto.server import ThreadedMotoServer as S;"
            "s = S('127.0.0.1', 0, verbose=False); s.start();"
            "print(s.get_host_and_port()[1], flush=True); sys.stdin.read()"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline())

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.process.kill()
        self.process.communicate()


class Connection:
    """A port that passes everything on to a server, until it is cut."""

    def __init__(self, port: int):
        self.server, self.port, self.open = port, 0, []
        self.mend()

    def mend(self):
        """Accept connections, at the same port as before."""
        self.is_cut = False
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=True)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        """Close all connections and refuse new ones."""
        for each in (self.listener, *self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.open = []
        self.is_cut = True

    def _accept(self, listener):
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.server))
                self.open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one, other):
        with suppress(OSError):
            while content := one.recv(1 << 16):
                other.sendall(content)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def s3():
    """A server of S3 that all tests of a process share."""
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def place(s3, monkeypatch, tmp_path):
    """Return the URL of an empty bucket; work in an empty folder."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3.port}",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(stores, "WAITS_S", (0.05, 0.05))
    monkeypatch.chdir(tmp_path)
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"b{time.monotonic_ns()}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)
    yield f"s3://{name}/data"
    s3fs.S3FileSystem.clear_instance_cache()
