"""How many workers a machine runs by default."""

import pytest

from pipeline.search import workers


@pytest.mark.parametrize(
    ("gpus", "processes", "threads", "expected"),
    [("", "6", 1, 6), ("", "6", 2, 3), ("", "3", 4, 1), ("0,2,3", "16", 1, 3)],
)
def test_one_worker_for_each_gpu_or_for_the_threads_of_a_training(
    monkeypatch, gpus, processes, threads, expected
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpus)
    monkeypatch.setenv("HESCHL_WORKERS", processes)
    assert workers.number(threads) == expected
