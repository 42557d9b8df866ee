import sys

import pytest

from heschl import tracking
from heschl.commands import main


@pytest.fixture
def runs(monkeypatch, capsys, store):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["heschl", "runs", *words])
        main.main()
        return capsys.readouterr().out.splitlines()

    return run


def test_without_runs_the_remedy_is_named(runs):
    (line,) = runs()
    assert line.startswith("There are no runs in sqlite:")
    assert line.endswith("dvc repro")


def test_runs_are_listed_with_their_accuracies_the_last_first(runs):
    tracker, ids = tracking.client(), []
    logged = {"first": {"accuracy.word_clean": 0.76, "test.genre_at_3dB": 0.5, "other": 1}, "second": {}}
    for name, metrics in logged.items():
        run_id = tracker.create_run(tracking.experiment_id(tracker), run_name=name).info.run_id
        tracking.log_metrics(run_id, metrics)
        ids.append(run_id)
        tracker.set_terminated(run_id, "FINISHED", end_time=1_000_000 * len(ids))
    header, second, first = runs()
    assert header.split() == ["id", "name", "status", "ended", "genre_at_3dB", "word_clean"]
    assert second.split()[:3] == [ids[1][:8], "second", "FINISHED"]
    assert first.split()[:3] + first.split()[-2:] == [ids[0][:8], "first", "FINISHED", "50.0%", "76.0%"]
    assert first.index("FINISHED") == second.index("FINISHED") == header.index("status")
    assert [line.split()[0] for line in runs("--limit", "1")] == ["id", ids[1][:8]]


def test_a_store_that_cannot_be_used_is_named(runs, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://me:secret@lab.example")
    with pytest.raises(SystemExit, match=r"^heschl runs: nonsense://lab.example cannot be used"):
        runs()
