"""What is exported answers as the network does, in a process that has PyTorch and not Heschl."""

import copy
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
import torch
from torch import nn

from heschl.audio import Sound
from heschl.ear.params import Timing
from heschl.export.program import ExportError, example, write_program
from heschl.network.hearing import Hearing
from tests.export.conftest import LABELS

BARE = """
import sys
class Refuse:
    def find_spec(self, name, *more):
        if name.split(".")[0] in {"heschl", "stages", "networks"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
import torch
program = torch.export.load(sys.argv[1]).module()
for batch, path in ((1, "one.pt"), (5, "five.pt")):
    found = program(torch.load(sys.argv[2], weights_only=True)[:batch])
    torch.save(found, path)
"""  # fmt: skip


@pytest.fixture(scope="module")
def program(hearing, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "program.pt2"
    write_program(path, hearing)
    return path


@pytest.mark.slow
def test_it_answers_without_heschl(program, hearing, tmp_path):
    waveform = example(hearing, 5)
    torch.save(waveform, tmp_path / "waveform.pt")
    arguments = [sys.executable, "-c", BARE, str(program), "waveform.pt"]
    subprocess.run(arguments, check=True, cwd=tmp_path)
    with torch.no_grad():
        expected = hearing(waveform)
    layers = next(hearing.activations(waveform))
    for batch, name in ((1, "one.pt"), (5, "five.pt")):
        found = torch.load(tmp_path / name, weights_only=True)
        assert set(found["logits"]) == set(LABELS)
        for task, logits in expected.items():
            torch.testing.assert_close(found["logits"][task], logits[:batch], rtol=0, atol=1e-6)
        assert set(found["activations"]) == set(layers)
        for layer, activation in layers.items():
            torch.testing.assert_close(found["activations"][layer], activation[:batch], rtol=0, atol=1e-5)


def test_the_program_holds_no_code(program):
    assert b"/pipeline/" not in program.read_bytes()  # nor where its code was
    with zipfile.ZipFile(program) as archive:
        for member in archive.namelist():
            data = archive.read(member)
            if member.endswith("_config.json"):
                entries = json.loads(data)["config"].values()
                assert not any(entry["use_pickle"] for entry in entries)
            elif member.endswith(".json"):
                json.loads(data)
            elif "/data/weights/" not in member and "/data/constants/" not in member:
                assert len(data) < 64
                assert data.isascii()


class Untraceable(nn.Module):
    """A network whose way depends on its input."""

    def forward(self, heard):
        return {"word": heard.flatten(1)[:, :3] if heard.sum().item() > 0 else heard}


def test_a_network_that_cannot_be_traced_is_named(hearing, tmp_path):
    odd = copy.copy(hearing)
    odd._modules = {**hearing._modules, "network": Untraceable()}
    with pytest.raises(ExportError, match=r"torch.export cannot trace Untraceable: .* See PyTorch's pages"):
        write_program(tmp_path / "odd.pt2", odd)
    assert list(tmp_path.iterdir()) == []


def test_two_ears_are_exported(hearing, tmp_path):
    sound = Sound(hearing.sound.sample_rate, hearing.sound.clip_s, 2)
    ear = replace(hearing.params.cochleagram, timing=Timing("interaural", 3000.0))
    torch.manual_seed(1)
    both = Hearing(
        replace(hearing.params, sound=sound, cochleagram=ear), {"where": ["000+00", "090+00"]}
    ).eval()
    write_program(tmp_path / "both.pt2", both)
    waveform = example(both, 3)
    with torch.no_grad():
        expected = both(waveform)["where"]
    found = torch.export.load(tmp_path / "both.pt2").module()(waveform)["logits"]["where"]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    assert torch.equal(both(waveform)["where"], expected)  # nothing traced is left in the ear
