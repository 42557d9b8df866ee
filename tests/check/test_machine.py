"""The machine: disk space, device, programs."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from heschl.check import machine
from heschl.check.sections import check_sections
from heschl.params import load_all

ROOT = Path(__file__).parents[2]


@pytest.fixture
def params():
    return check_sections(load_all(ROOT / "params.yaml"), Path("params.yaml"))[0]


def states(params, shards):
    return {finding.subject: finding for finding in machine.check_machine(params, shards)}


def test_the_size_of_the_shards_is_that_of_their_clips(params):
    train, others = 7000 + 5000, 400 + 320 + (100 + 96) * (1 + 6 * 5)
    apart = train * 128000 + others * 64000  # target and background of training clips are stored apart
    assert machine.bytes_of_shards(params) == pytest.approx(apart, rel=0.03)
    mixed = params | {"shards": replace(params["shards"], remix=False)}
    assert machine.bytes_of_shards(mixed) == pytest.approx((train + others) * 64000, rel=0.03)


def test_a_full_disk_is_an_error_only_before_the_shards_are_there(params, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**9))
    found = states(params, tmp_path / "shards")["disk space"]
    assert found.state == "error"
    assert found.text.startswith("1.0 GB are free")
    assert "need 4.0 GB. Free some space" in found.text
    assert states(params, tmp_path)["disk space"].state == "note"


def test_a_missing_npm_is_a_note_and_a_missing_device_an_error(params, tmp_path, monkeypatch):
    monkeypatch.setattr(machine.jspsych, "ready", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HESCHL_MACHINE", "{accelerator: mps}")
    monkeypatch.chdir(ROOT)
    found = states(params, tmp_path)
    assert found["npm, for heschl experiment"].state == "note"
    assert "Install Node.js 18" in found["npm, for heschl experiment"].text
    assert found["device"].state == "error"
    assert "Set it to auto or cpu" in found["device"].text
