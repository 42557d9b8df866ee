"""heschl compare: two tables or runs."""

import json
import sys
from pathlib import Path

import pytest

from heschl import tracking
from heschl.commands import main
from tests.behavior.simulation import networked

PARAMS = """behavior: {seed: 1, resamples: 50, confidence: 0.95, answers: {word: 1}, published: false,
  min_attention: 0.5, fewest_listeners: 1, fewest_trials: 1}
"""


@pytest.fixture
def tables(store):
    Path("params.yaml").write_text(PARAMS)
    for name, seed in {"a": 0, "b": 1}.items():
        clips = networked(seed=seed).assign(probability=0.5, truth_probability=0.5)
        clips.to_csv(f"{name}.csv", index=False)


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["heschl", *words])
    main.main()


@pytest.mark.usefixtures("tables")
def test_two_tables_are_compared_as_text_and_json(monkeypatch, capsys):
    run(monkeypatch, "compare", "a.csv", "b.csv")
    text = capsys.readouterr().out
    assert "word: 1200 clips in 10 conditions" in text
    assert "kappa, within conditions" in text
    run(monkeypatch, "compare", "a.csv", "a.csv", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["kappa"], row["same"], row["rmse"]) == (1, 1, 0)


@pytest.mark.usefixtures("tables")
def test_run_is_compared_by_its_answers(monkeypatch, capsys):
    tracker = tracking.client()
    run_id = tracker.create_run(tracking.experiment_id(tracker), run_name="first").info.run_id
    Path("a.csv").rename("clips.csv")
    tracking.log_artifacts(run_id, tracking.ANSWERS, Path("clips.csv"))
    tracker.set_terminated(run_id, "FINISHED")
    run(monkeypatch, "compare", "first", "b.csv", "--json")
    assert abs(json.loads(capsys.readouterr().out)[0]["within"]) < 0.15  # independent errors
    with pytest.raises(
        SystemExit, match=r"(?s)'second' is neither the start .* first FINISHED .*with answers.*clips.csv"
    ):
        run(monkeypatch, "compare", "second", "b.csv")


@pytest.mark.usefixtures("tables")
def test_other_clips_and_missing_columns_are_errors_of_one_line(monkeypatch):
    text = Path("b.csv").read_text()
    Path("other.csv").write_text(text.replace("word-", "others-"))
    with pytest.raises(
        SystemExit, match=r"compare: 2400 of the clips are in only one of the tables.*same test shards"
    ):
        run(monkeypatch, "compare", "a.csv", "other.csv")
    Path("half.csv").write_text(text.replace("truth", "true", 1))
    with pytest.raises(SystemExit, match=r"compare: half.csv lacks the columns \['truth'\]"):
        run(monkeypatch, "compare", "a.csv", "half.csv")
