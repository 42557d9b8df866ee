"""Processes that torchrun or SLURM's srun starts for the train stage, and the scripts of launch/."""

import os
import re
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from heschl import tracking
from heschl.machine import MachineParams
from tests.helpers.trainings import LIMIT_S, ROOT, changed, rows_of, stage

SCRIPTS = ["slurm.sbatch", "torchrun.sh"]
SRUN = """#!/bin/sh
for task in 0 1; do
  SLURM_PROCID=$task SLURM_LOCALID=$task "$@" &
  tasks="$tasks $!"
done
for task in $tasks; do
  wait "$task" || status=$?
done
exit ${status:-0}
"""
JOB = {  # what SLURM tells the shell of a job, and so every process that this starts
    "SLURM_JOB_ID": "4217", "SLURM_JOB_NAME": "heschl", "SLURM_NODELIST": "127.0.0.1",
    "SLURM_NNODES": "1", "SLURM_NODEID": "0",
    "SLURM_NTASKS": "2", "SLURM_NTASKS_PER_NODE": "2", "SLURM_PROCID": "0", "SLURM_LOCALID": "0",
}  # fmt: skip
LAUNCHES = {"srun": ["srun", "python"], "torchrun": ["torchrun", "--standalone", "--nproc-per-node", "2"]}


def train(sections, shard_folder, out, **environment):
    """Run the stage to its end; return its status and what it printed."""
    command = stage(sections, shard_folder, out)
    command["env"] |= environment
    done = subprocess.run(**command, capture_output=True, timeout=LIMIT_S)
    return done.returncode, done.stdout + done.stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@pytest.fixture
def path(tmp_path):
    """PATH with a srun of two tasks, python and torchrun."""
    (tmp_path / "bin").mkdir()
    srun = tmp_path / "bin" / "srun"
    srun.write_text(SRUN)
    srun.chmod(0o755)
    return os.pathsep.join((str(srun.parent), str(Path(sys.executable).parent), os.environ["PATH"]))


@pytest.mark.slow
@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("launch", LAUNCHES.values(), ids=LAUNCHES)
def test_the_processes_of_a_launcher_are_one_training(shard_folder, sections, path, launch):
    """In a SLURM job, whose variables are not those of torchrun's processes."""
    sections = changed(sections, epochs=1, devices=2, launch=launch)
    code, output = train(sections, shard_folder, "models/network", PATH=path, MASTER_PORT=free_port(), **JOB)
    assert code == 0, output
    assert re.findall(r"MEMBER: \d/2", output).count("MEMBER: 2/2") == 1, output
    assert output.count("was best, validation accuracy") == 1
    assert [row["epoch"] for row in rows_of("models/network")] == ["1"]
    assert [folder.name for folder in Path("models").iterdir()] == ["network"]
    assert not list(Path("work/train").glob("*/*.ckpt"))
    (run,) = tracking.client().search_runs([tracking.client().get_experiment_by_name("heschl").experiment_id])
    assert run.info.status == "FINISHED"
    assert run.info.run_id == (Path("models/network") / "run_id").read_text()


@pytest.mark.slow
@pytest.mark.usefixtures("store")
def test_a_training_in_the_shell_of_a_job_is_alone(shard_folder, sections, path):
    """A job of two tasks whose shell has no SLURM_NTASKS_PER_NODE, which is an error to Lightning."""
    job = {name: value for name, value in JOB.items() if name != "SLURM_NTASKS_PER_NODE"}
    code, output = train(changed(sections, epochs=1), shard_folder, "network", PATH=path, **job)
    assert code == 0, output
    assert "MEMBER" not in output
    assert "srun" not in output  # nor Lightning's advice


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_valid_and_name_what_there_is(name):
    subprocess.run(["bash", "-n", ROOT / "launch" / name], check=True)
    text = (ROOT / "launch" / name).read_text()
    params = {field.name for field in fields(MachineParams)}
    assert {"devices", "num_nodes", "launch"} <= set(re.findall(r"[{,] ?(\w+): ", text)) <= params
    command = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["train"]["cmd"]
    assert set(re.findall(r"-m stages\.train .*", text)) <= {command.removeprefix("python ")}


def submitted(folder, programs, **variables):
    """Run slurm.sbatch in a folder, with stand-ins for programs, name: script; return its status."""
    for name, text in (programs | {"../.venv/bin/activate": ":"}).items():
        path = folder / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
    job = JOB | {"SLURM_CPUS_PER_TASK": "1", "SLURM_JOB_NUM_NODES": "1"} | variables
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script = ROOT / "launch" / "slurm.sbatch"
    return subprocess.run(["bash", script], cwd=folder, env=os.environ | job | {"PATH": path}).returncode


@pytest.mark.parametrize(
    ("signal", "preempted", "requeued"),
    [
        ("SIGUSR1", "None", True),
        ("SIGTERM", "2026-12-01T11:13:42", True),  # within the grace time
        ("SIGTERM", "None", False),  # scancel
        (None, "2026-12-01T11:13:42", False),  # nothing was saved, or training had ended
    ],
)
def test_a_job_is_requeued_unless_it_was_canceled(tmp_path, signal, preempted, requeued):
    """With stand-ins for dvc, which the signal ends, and for scontrol."""
    stopped, asked = tmp_path / "work" / "train" / "1" / "stopped", tmp_path / "asked"
    stopped.parent.mkdir(parents=True)
    stopped.write_text("SIGUSR1\n")  # of an earlier run
    asked.touch()
    about = f"PreemptEligibleTime=2026-12-01T11:12:18 PreemptTime={preempted}"
    programs = {
        "dvc": f"echo {signal} > {stopped}; exit 255" if signal else "exit 255",
        "scontrol": f'echo "{about}"; echo "$@" >> asked',
    }
    assert submitted(tmp_path, programs) == 255
    assert ("requeue 4217" in asked.read_text()) == requeued


def test_the_settings_of_the_user_are_kept(tmp_path):
    """HESCHL_MACHINE of the shell, such as a local cache, beside what the script knows of the job."""
    of_job = {"devices": 2, "num_nodes": 1, "launch": ["srun", "python"]}
    for given, kept in (("{cache: /scratch, devices: 7}", {"cache": "/scratch"}), ("", {})):
        programs = {"dvc": 'echo "$HESCHL_MACHINE" > machine'}
        assert submitted(tmp_path, programs, HESCHL_MACHINE=given) == 0
        assert yaml.safe_load((tmp_path / "machine").read_text()) == kept | of_job
