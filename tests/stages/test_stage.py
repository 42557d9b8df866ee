"""How a stage script ends: its own errors in a line, surprises with their traceback."""

import sys

import numpy as np
import pytest

from heschl.mixtures.check import MixtureError
from heschl.mixtures.mix import mix_at_snr
from heschl.parallel import parallel_map
from heschl.stage import Stage


def fail(number):
    raise MixtureError(f"no talkers for {number}")


@pytest.fixture
def stage(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stages.train", "in", "out"])
    return Stage("train", "IN", "OUT")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_pipelines_own_error_is_a_line_also_from_a_worker(stage, monkeypatch, workers):
    monkeypatch.setenv("HESCHL_WORKERS", workers)
    with pytest.raises(SystemExit, match="train: MixtureError: no talkers for"), stage:
        parallel_map(fail, range(4), "fail")


def test_so_is_a_plain_error_that_the_pipeline_raises(stage):
    with pytest.raises(SystemExit, match="train: ValueError: the target is silent"), stage:
        mix_at_snr(np.zeros(4), np.ones(4), 0)


def test_a_surprise_from_a_library_keeps_its_traceback(stage):
    with pytest.raises(ValueError, match="broadcast"), stage:
        np.stack([np.zeros(2)]) + np.zeros((3, 3))
    with pytest.raises(ValueError, match="same shape"), stage:
        np.stack([np.zeros(2), np.zeros(3)])


def test_missing_paths_are_asked_for(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stages.train", "in"])
    with pytest.raises(SystemExit, match=r"usage: python -m stages\.train IN OUT"):
        Stage("train", "IN", "OUT")


def test_a_stage_refuses_the_code_of_another_folder(tmp_path, monkeypatch):
    (tmp_path / "pipeline" / "heschl").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["stages.report", "out"])
    with pytest.raises(
        SystemExit, match=r"(?s)runs the code of .*DVC would track that of .*pip install -e \."
    ):
        Stage("report", "OUT")
