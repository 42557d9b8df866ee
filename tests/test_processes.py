"""No stage outlives the dvc that runs it, and none that dvc does not run is ended."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.helpers.paths import CODE

STAGE = """
import os, sys, time
from heschl.processes import end_with_dvc
end_with_dvc()
print(os.getpid(), flush=True)
time.sleep(60)
"""
LATE = """
import os, time
print(os.getpid(), flush=True)
time.sleep(2)
from heschl.processes import end_with_dvc
end_with_dvc()
time.sleep(60)
"""
DVC = """
import os, subprocess, sys
subprocess.Popen(sys.argv[1:], env=os.environ | {"DVC_STAGE": "train"}).wait()
"""
WORKERS = """
import os, time
from heschl.parallel import parallel_map
def wait(number):
    print(os.getpid(), flush=True)
    time.sleep(60)
if __name__ == "__main__":
    parallel_map(wait, [1, 2], "wait")
"""
SHELL = ["sh", "-c", '"$0" "$1"; true']  # a shell that stays


@pytest.fixture
def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DVC_")}
    return kept | {"PYTHONPATH": CODE, "HESCHL_WORKERS": "2"}


@pytest.fixture
def started(environment):
    """Start a command whose processes print their numbers; return it and them."""
    commands = []

    def start(*command, count=1, **variables):
        process = subprocess.Popen(
            command, env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        commands.append(process)
        return process, [psutil.Process(int(process.stdout.readline())) for _ in range(count)]

    yield start
    for process in commands:
        process.kill()
        process.wait()
        process.stdout.close()


def ended(processes, timeout):
    _, alive = psutil.wait_procs(processes, timeout)
    for each in alive:
        each.kill()
    return not alive


def script(folder, name, text):
    path = folder / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("shell", [[], SHELL], ids=["directly", "by a shell"])
def test_a_stage_ends_with_its_dvc(tmp_path, started, number, shell):
    stage, dvc = script(tmp_path, "stage.py", STAGE), script(tmp_path, "dvc", DVC)
    process, found = started(sys.executable, dvc, *shell, sys.executable, stage)
    process.send_signal(number)
    process.wait()
    assert ended(found, 20)


def test_a_stage_that_dvc_does_not_run_stays_when_its_parent_ends(tmp_path, started):
    stage = script(tmp_path, "stage.py", STAGE)
    start = f"import subprocess; subprocess.Popen([{sys.executable!r}, {stage!r}])"
    process, found = started(sys.executable, "-c", start)
    process.wait()
    time.sleep(1.5)
    assert found[0].is_running()
    assert not ended(found, 0)


def test_a_stage_of_another_machine_has_no_dvc_to_follow(tmp_path, started):
    """Launchers such as srun pass the environment on, also where no dvc runs."""
    stage = script(tmp_path, "stage.py", STAGE)
    process, found = started(sys.executable, stage, DVC_STAGE="train")
    time.sleep(1.5)
    assert process.poll() is None
    assert not ended(found, 0)


def test_a_stage_whose_dvc_ended_before_it_began_to_work_exits(tmp_path, started):
    stage, dvc = script(tmp_path, "stage.py", LATE), script(tmp_path, "dvc", DVC)
    process, found = started(sys.executable, dvc, sys.executable, stage)
    process.kill()
    process.wait()
    assert ended(found, 20)


def test_workers_end_with_the_process_that_started_them(tmp_path, started):
    process, found = started(sys.executable, script(tmp_path, "map.py", WORKERS), count=2)
    process.kill()
    process.wait()
    assert ended(found, 20)
