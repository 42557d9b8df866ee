"""A checkout has the same bytes everywhere, also where git ends lines with CRLF."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = (".gitattributes", ".ci/run", "Makefile", "dvc.yaml", "dvc.lock", "params.yaml", "docs/ear.png",
         "pipeline/heschl/work.py",
         "pipeline/heschl/experiment/package-lock.json", "inputs/listeners/README.md")  # fmt: skip


def git(folder, *words):
    given = ["-c", "user.name=x", "-c", "user.email=x@y", *words]
    return subprocess.run(["git", *given], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def origin(tmp_path):
    folder = tmp_path / "origin"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "files")
    return folder


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_a_clone_has_the_committed_bytes(tmp_path, origin, setting):
    git(tmp_path, "clone", "-q", "-c", f"core.autocrlf={setting}", "-c", "core.eol=crlf", "origin", "clone")
    for name in FILES:
        assert (tmp_path / "clone" / name).read_bytes() == (ROOT / name).read_bytes(), name
    assert "w/crlf" not in git(tmp_path / "clone", "ls-files", "--eol")
