"""heschl check, and the stage of the same name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from heschl.commands import main
from tests.helpers.paths import CODE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with params.yaml and empty folders of inputs."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    for name in ("listeners", "models"):
        (tmp_path / "inputs" / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["heschl", "check"])
    main.main()


@pytest.mark.usefixtures("project")
def test_a_line_is_printed_for_each_thing_that_was_checked(monkeypatch, capsys):
    run(monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith("note")] == ["ok"] * len(lines)
    subjects = [line[7:].split(":")[0] for line in lines]
    assert subjects[:2] == ["params.yaml", "tasks"]
    assert {"listeners", "models", "device", "disk space"} <= set(subjects)


def test_an_error_of_params_gives_status_1_and_the_machine_is_checked_too(project, monkeypatch, capsys):
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("  patience:", "  patiense:"))
    with pytest.raises(SystemExit, match="1"):
        run(monkeypatch)
    lines = capsys.readouterr().out
    assert "error  params.yaml: section 'train':\n  train.patience is missing" in lines
    assert "train.patiense is unknown" in lines
    assert "ok     device:" in lines


def test_the_stage_refuses_what_a_later_stage_could_not_use(project):
    command = [sys.executable, "-m", "stages.check", "params.yaml", "inputs/listeners", "inputs/models"]
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("  patience:", "  patiense:"))
    done = subprocess.run(command, env={"PYTHONPATH": CODE}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("check: CheckError: nothing was run:\n  params.yaml: section 'train':")
    assert "train.patiense is unknown" in done.stderr
