"""Locks that dvc left: those of ended processes are removed, those of running ones never."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heschl.commands import unlock

DVC = [sys.executable, "-m", "dvc"]
PIPELINE = """
stages:
  first: {cmd: 'sleep 60', outs: [made]}
  second: {cmd: 'echo 2 > other', outs: [other]}
"""


def lock(folder, *pids):
    infos = [{"pid": pid, "cmd": "dvc repro"} for pid in pids]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rwlock").write_text(
        json.dumps({"write": {"/a/made": infos[0]}, "read": {"/a/params.yaml": infos}})
    )


def locks(folder):
    """Return the processes that the file names; dvc leaves out `read` or `write` where it is empty."""
    found = json.loads((folder / "rwlock").read_text())
    readers = [info for each in found.get("read", {}).values() for info in each]
    infos = [*found.get("write", {}).values(), *readers]
    return sorted(info["pid"] for info in infos)


@pytest.fixture
def other():
    """A running program that is neither dvc nor Python."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def python():
    """A running Python program."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def unreaped():
    """A process that has ended, but whose number is still taken."""
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        yield process.pid


def test_locks_of_ended_processes_are_removed(tmp_path, other, unreaped):
    lock(tmp_path, 2**22 + 7, other, unreaped)
    removed, kept = unlock.unlock(tmp_path)
    assert {pid for pid, _ in removed} == {2**22 + 7, other, unreaped}
    assert kept == []
    assert locks(tmp_path) == []


def test_a_lock_of_a_running_python_program_is_kept(tmp_path, python):
    lock(tmp_path, python, 2**22 + 7)
    removed, kept = unlock.unlock(tmp_path)
    assert [pid for pid, _ in removed] == [2**22 + 7]
    assert [pid for pid, _ in kept] == [python]
    assert locks(tmp_path) == [python, python]


def test_a_number_that_a_later_process_has_got_is_no_holder(tmp_path, python):
    lock(tmp_path, python)
    os.utime(tmp_path / "rwlock", (1_000_000, 1_000_000))
    unlock.unlock(tmp_path)
    assert locks(tmp_path) == []


def test_a_cut_file_is_emptied_and_no_file_is_no_lock(tmp_path):
    assert unlock.unlock(tmp_path) == ([], [])
    (tmp_path / "rwlock").write_text('{"write": {"/a')
    assert unlock.unlock(tmp_path) == ([], [])
    assert locks(tmp_path) == []


def wait_for_lock(folder, pid):
    for _ in range(600):
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):  # dvc is writing it
            if pid in locks(folder):
                return
        time.sleep(0.05)
    raise TimeoutError


@pytest.mark.slow
def test_with_dvc_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (["git", "init", "-q"], [*DVC, "init", "-q"]):
        subprocess.run(command, check=True)
    Path("dvc.yaml").write_text(PIPELINE)
    folder = tmp_path / ".dvc/tmp"
    held = subprocess.Popen([*DVC, "repro", "first"], start_new_session=True)
    try:
        wait_for_lock(folder, held.pid)
        assert [pid for pid, _ in unlock.unlock(folder)[1]] == [held.pid]  # it runs
        os.kill(held.pid, signal.SIGKILL)
        os.waitid(os.P_PID, held.pid, os.WEXITED | os.WNOWAIT)
        busy = subprocess.run([*DVC, "repro", "first", "--dry"], capture_output=True, text=True)
        assert held.pid in locks(folder), busy.stderr
        assert [pid for pid, _ in unlock.unlock(folder)[0]] == [held.pid]
        assert locks(folder) == []
        subprocess.run([*DVC, "repro", "-q", "second"], check=True)
    finally:
        os.killpg(held.pid, signal.SIGKILL)  # and its `sleep`
        held.wait()
