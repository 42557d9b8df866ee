"""How many workers a machine runs by default."""

from dataclasses import replace

import pytest

from heschl import machine
from heschl.search import workers
from tests.helpers.trainings import MACHINE


@pytest.mark.parametrize(("processes", "threads", "expected"), [("6", 1, 6), ("6", 2, 3), ("3", 4, 1)])
def test_one_worker_for_the_threads_of_a_training(monkeypatch, processes, threads, expected):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")  # which the params do not use
    monkeypatch.setenv("HESCHL_WORKERS", processes)
    assert workers.number(threads, MACHINE) == expected


@pytest.mark.parametrize(("device", "gpus", "expected"), [("cuda", "0,2,3", 3), ("mps", "", 1)])
def test_one_worker_for_each_gpu(monkeypatch, device, gpus, expected):
    monkeypatch.setattr(machine, "device_of", lambda params: device)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpus)
    monkeypatch.setenv("HESCHL_WORKERS", "8")
    assert workers.number(1, replace(MACHINE, accelerator="auto")) == expected
