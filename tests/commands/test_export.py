"""heschl export, from a trained network to a folder that is checked by its own checksums and README."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from pipeline.commands import main
from pipeline.network.saved import load_network
from tests.export.conftest import hearing, saved
from tests.helpers.releases import project, released_from

__all__ = ["hearing", "project", "released_from", "saved"]
pytestmark = pytest.mark.slow


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["heschl", "export", *map(str, words)])
    main.main()


@pytest.mark.usefixtures("project")
def test_the_network_of_a_project_is_exported_with_its_card(monkeypatch, capsys, tmp_path):
    out = tmp_path / "tiny"
    run(monkeypatch, out, "--sources", "sources.csv")
    said = capsys.readouterr().out
    assert f"{out}/program.pt2: logits within " in said
    names = ["README.md", "SHA256SUMS", "config.json", "from_cochleagram.onnx", "from_waveform.onnx"]
    assert sorted(path.name for path in out.iterdir()) == [*names, "program.pt2", "weights.safetensors"]
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=out, check=True)
    readme = (out / "README.md").read_text()
    assert "## Figures" in readme  # of the card
    assert "test clips" in readme
    ours, theirs = load_network("models/network"), load_network(out)
    sound = 0.1 * torch.randn(2, ours.sound.samples)
    assert all(torch.equal(logits, theirs(sound)[task]) for task, logits in ours(sound).items())
    code = re.search(r"```python\n(import json.*?)```", readme, re.DOTALL).group(1)
    subprocess.run([sys.executable, "-c", code], cwd=out, check=True)  # what the README says
    run(monkeypatch, out, "--sources", "sources.csv", "--without-onnx")
    assert not list(out.glob("*.onnx"))
    assert "ONNX Runtime" not in (out / "README.md").read_text()


def test_a_network_without_a_project_says_what_is_not_known(monkeypatch, tmp_path, saved):
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, "out", "--network", saved, "--without-onnx")
    readme = Path("out/README.md").read_text()
    assert "No figures and no sources of recordings came with this network" in readme
    assert "20 clips of noise" in readme
    assert json.loads(Path("out/config.json").read_text())["labels"]["word"][0] == "harbor"


def test_a_folder_with_other_things_is_not_replaced(monkeypatch, tmp_path, saved):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    with pytest.raises(SystemExit, match="mine exists and is no exported network"):
        run(monkeypatch, tmp_path / "mine", "--network", saved)
    assert (tmp_path / "mine/notes.txt").read_text() == "mine"
