"""The wheel, installed beside other code."""

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of the files that git has or would add."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "pipeline"]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    for name in ("pyproject.toml", "README.md", "LICENSE", *filter(None, files)):
        if (ROOT / name).is_file():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "source" / name).write_bytes((ROOT / name).read_bytes())
    build = "from setuptools import build_meta; build_meta.build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=folder / "source", check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """Python of an environment with the wheel, the libraries of this one, and without the repository."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")  # whose .pth files are not read
    return folder / "bin" / "python"


def run(python, folder, code):
    """Run code in a folder; return what it printed."""
    done = subprocess.run([python, "-c", code], cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_one_top_level_name_is_heschl(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"heschl"}
    assert not [name for name in names if "node_modules" in name or name.endswith(".pyc")]


def test_it_has_every_file_that_the_code_reads(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("heschl/")}
    listed = subprocess.run(
        ["git", "ls-files", "pipeline/heschl"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    inside = {name.removeprefix("pipeline/") for name in listed.stdout.split()}
    assert inside - packed <= {"heschl/localize/people/.gitattributes"}


def test_the_lines_of_the_readme_run_with_it(python, tmp_path):
    (lines,) = re.findall(r"(?s)```python\n(.*?)```", README)
    code = (
        "import torch, heschl; assert 'site-packages' in heschl.__file__\nwaveform = torch.randn(3, 32000)\n"
    )
    shown = "print([{name: tuple(each.shape) for name, each in batch.items()} for batch in layers])"
    printed = run(python, tmp_path, code + lines.replace("models/network", "real-words") + shown)
    assert "'conv1': (3, " in printed


def test_every_public_name_is_there(python, tmp_path):
    code = "import heschl; print([getattr(heschl, name).__name__ for name in heschl.__all__])"
    assert "load_network" in run(python, tmp_path, code)


@pytest.mark.slow
def test_every_module_is_imported(python, tmp_path):
    code = (
        "import importlib, pkgutil, heschl\n"
        "for each in pkgutil.walk_packages(heschl.__path__, 'heschl.'): importlib.import_module(each.name)"
    )
    run(python, tmp_path, code)


@pytest.mark.slow
def test_a_command_answers_without_the_repository(python, tmp_path):
    import numpy as np
    import soundfile

    soundfile.write(tmp_path / "noise.wav", np.random.default_rng(0).normal(0, 0.1, 40000), 16000)
    code = "import sys; sys.argv = ['heschl', 'recognize', '--network', 'real-words', 'noise.wav']\n"
    printed = run(python, tmp_path, code + "from heschl.commands.main import main; main()")
    assert "noise.wav" in printed
