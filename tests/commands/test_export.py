"""heschl export, from a trained network to a folder that is checked by its own checksums and README."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from heschl.commands import main
from heschl.network.saved import load_network
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
    names = [
        "README.md",
        "SHA256SUMS",
        "card.md",
        "config.json",
        "from_cochleagram.onnx",
        "from_waveform.onnx",
    ]
    assert sorted(path.name for path in out.iterdir()) == [*names, "program.pt2", "weights.safetensors"]
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=out, check=True)
    readme = (out / "README.md").read_text()
    assert "## Figures" in readme  # of the card
    assert "test clips" in readme
    ours, theirs = load_network("models/network"), load_network(out)
    sound = 0.1 * torch.randn(2, ours.sound.samples)
    assert all(torch.equal(logits, theirs(sound)[task]) for task, logits in ours(sound).items())
    assert "How to rebuild it" not in readme
    for code in re.findall(r"```python\n(import .*?)```", readme, re.DOTALL):
        subprocess.run([sys.executable, "-c", code], cwd=out, check=True)  # what the README says
    card = (out / "card.md").read_text()
    run(monkeypatch, tmp_path / "again", "--network", out, "--without-onnx")
    assert not list((tmp_path / "again").glob("*.onnx"))
    again = (tmp_path / "again/README.md").read_text()
    assert "onnx" not in again
    assert card.partition("\n")[2].strip() in again  # an export of an export keeps its card
    run(monkeypatch, out, "--network", tmp_path / "again", "--without-onnx")  # it is replaced
    assert not list(out.glob("*.onnx"))


def test_a_network_without_a_project_says_what_is_not_known(monkeypatch, tmp_path, saved):
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, "out", "--network", saved, "--without-onnx")
    readme = Path("out/README.md").read_text()
    assert "No figures and no sources of recordings came with this network" in readme
    assert "20 clips of noise" in readme
    assert json.loads(Path("out/config.json").read_text())["labels"]["word"][0] == "harbor"


@pytest.mark.parametrize(
    ("words", "said"),
    {
        ("mine",): "mine holds notes.txt, so it is not replaced",
        ("sums",): "sums holds no exported network, so it is not replaced",
        ("bad name",): "expected letters, digits",
        ("new", "--shards", "absent"): "absent/index.json",
        ("new", "--sources", "x.csv"): "--sources is for the card of models/network",
    }.items(),
)
def test_errors_are_lines_and_replace_nothing(monkeypatch, tmp_path, saved, words, said):
    for folder, name in (("mine", "notes.txt"), ("sums", "SHA256SUMS")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=f"^heschl export: .*{re.escape(said)}"):
        run(monkeypatch, *words, "--network", saved)
    assert (tmp_path / "mine/notes.txt").read_text() == (tmp_path / "sums/SHA256SUMS").read_text() == "mine"
    assert not (tmp_path / "new").exists()
