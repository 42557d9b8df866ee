"""A search with real trainings: rungs that continue, one MLflow run a trial, the tables."""

import csv
import signal
import threading
from pathlib import Path

import pytest
import yaml

from heschl import tracking
from heschl.network.saved import load_network
from heschl.params import ParamsError, parse, plain
from heschl.search import parent, results
from heschl.search.columns import digest_of
from heschl.search.params import SearchParams
from heschl.search.training import sections_of
from heschl.search.worker import STATE, open_search
from heschl.train.params import Course, Sections
from tests.helpers import trainings
from tests.helpers.searching import SPACE
from tests.helpers.trainings import MACHINE, changed, fit, rows_of

SEARCH = {
    "seed": 1,
    "trials": 3,
    "sampler": "random",
    "tasks": [],
    "objective": "front",
    "epochs": [1, 2],
    "keep": 0.5,
    "threads": 1,
    "budget": {"parameters": 20_000, "macs": 2_000_000},
    "space": SPACE | {"blocks": {"low": 1, "high": 2}, "values": {}},
}


@pytest.fixture
def values(sections):
    found = {name: plain(value) for name, value in sections.items()}
    return found | {"tasks": ["word", "genre"], "search": SEARCH}


def test_a_training_in_two_rungs_is_the_whole_training(store, shard_folder, sections):
    sections = changed(sections, epochs=3)
    fit(shard_folder, sections, "whole")
    record = {name: plain(value) for name, value in sections.items()}
    work = Path("work") / "parts"
    work.mkdir(parents=True)
    for until in (1, 3):
        trainings.fitting.fit(shard_folder, work, Path("parts"), Sections(**sections), record, Course(until))
    assert rows_of("parts") == rows_of("whole")
    whole, parts = (load_network(name).network.state_dict() for name in ("whole", "parts"))
    assert all((parts[name] == value).all() for name, value in whole.items())


def test_a_network_of_one_task(store, shard_folder, sections):
    weights = {"word": 1.0}
    record = {name: plain(value) for name, value in sections.items()}
    work = Path("work") / "one"
    work.mkdir(parents=True)
    trainings.fitting.fit(
        shard_folder, work, Path("one"), Sections(**changed(sections, loss_weights=weights)), record,
        Course(tasks=("word",)),
    )  # fmt: skip
    assert list(load_network("one").labels) == ["word"]
    assert not any("genre" in name for name in rows_of("one")[0])


def test_how_much_training_a_search_is(store, shard_folder, values):
    with open_search(values, MACHINE, shard_folder) as search:
        chosen = [
            trial.user_attrs["cost"][1] for trial in search.study.trials() if not trial.user_attrs["reason"]
        ]
        own, _ = search.study.judge.judge(values)
        ratio = (1 + 0.5) * sum(chosen) / (own.macs * values["train"]["epochs"])  # rungs of one epoch each
        number = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
        assert f"3 networks to train, {len(search.study.trials())} drawn, 0 have ended; " in search.progress()
        assert f" as {number} full trainings of the network of params.yaml" in search.progress()


def test_a_search_of_one_task_beside_a_network_of_two(store, shard_folder, values):
    values["network"]["branch_after"] = {"word": "norm1", "genre": "conv1"}
    values["search"] = SEARCH | {"tasks": ["word"]}
    with open_search(values, MACHINE, shard_folder) as search:
        assert search.progress().endswith("0 have ended")  # the two networks cannot be compared


def test_a_search_from_params_to_tables(store, shard_folder, values):
    with open_search(values, MACHINE, shard_folder) as search:
        search.work()
        files = results.write(search.study, digest_of(shard_folder), Path("search"))
        parent.close(search.study.folder, results.measures(search.study.trials()), *files)
    with open("search/trials.csv") as file:
        rows = list(csv.DictReader(file))
    trained = [row for row in rows if row["state"] != "not trained"]
    assert sorted(row["state"] for row in trained) == ["complete", "complete", "stopped"]
    tracker = store()
    above = tracker.get_run((search.study.folder / "run_id").read_text())
    assert above.info.status == "FINISHED"
    assert above.data.metrics["search.complete"] == 2
    assert above.data.params["search.space.blocks.high"] == "2"
    runs = tracker.search_runs([tracking.experiment_id(tracker)])
    below = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == above.info.run_id]
    assert sorted(run.info.run_name for run in below) == [f"trial {int(row['trial']):04d}" for row in trained]
    for run in below:
        row = next(row for row in trained if run.info.run_name.endswith(f"{int(row['trial']):04d}"))
        assert run.data.tags[STATE] == row["reason"]
        points = tracker.get_metric_history(run.info.run_id, "validation_word_accuracy")
        assert len(points) == int(row["epochs"])
        best = float(row[f"word_epoch{row['epochs']}"])  # of the best epoch, which need not be the last
        assert best in [pytest.approx(point.value) for point in points]
        assert not (search.study.folder / "trials" / f"{int(row['trial']):04d}").exists()


def test_the_best_network_is_a_preset(store, shard_folder, values):
    with open_search(values, MACHINE, shard_folder) as search:
        search.work()
        results.write(search.study, digest_of(shard_folder), Path("search"))
        best = results.best_of(search.study.trials())
        config = load_network(search.study.places(best.number)[1]).params.network
    laid = yaml.safe_load(Path("search/best.yaml").read_text())
    values["network"] = values["network"] | laid["network"]
    found = sections_of(values, parse("search", SEARCH, SearchParams), ("word", "genre"), MACHINE)
    assert found.network == config


def test_the_same_search_goes_on_where_it_was(store, shard_folder, values, capsys):
    with open_search(values, MACHINE, shard_folder) as search, search.study.claimed() as job:
        first = job.number
    with open_search(values, MACHINE, shard_folder) as search:
        search.work()
    assert f"trial {first:04d} to epoch 1" in capsys.readouterr().out
    with open_search(values, MACHINE, shard_folder) as search:
        assert search.study.over()
        search.work()
    assert "trial" not in capsys.readouterr().out


def test_a_trial_that_cannot_be_trained_says_so(store, shard_folder, values):
    space = SEARCH["space"] | {"values": {"train.optimizer.learning_rate": {"options": [1e30]}}}
    values["search"] = SEARCH | {"space": space, "trials": 1}
    with open_search(values, MACHINE, shard_folder) as search:
        search.work()
        (row,) = (
            row
            for row in results.rows(search.study.trials(), search.tasks, search.study)
            if row["state"] != "not trained"
        )
    assert row["state"] == "failed"
    assert "not finite" in row["reason"]


def test_a_task_that_the_shards_lack_is_named(store, shard_folder, values):
    values["search"] = SEARCH | {"tasks": ["speaker"]}
    with pytest.raises(ParamsError, match=r"search\.tasks has 'speaker', which .* expected word, genre"):
        open_search(values, MACHINE, shard_folder)
    assert not Path("work").exists()


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("train.momentum", {"options": [0.9]}, r"search\.space\.values: there is no value 'train.momentum'"),
        ("train.optimizer.name", {"options": ["adamw", "adm"]}, r"train\.optimizer\.name is 'adm'"),
        (
            "cochleagram.filters",
            {"low": 0, "high": 20, "log": False, "whole": True},
            "cochleagram: filters 0",
        ),
    ],
)
def test_no_search_is_begun_with_a_value_that_is_not_valid(store, shard_folder, values, name, kind, message):
    values["search"] = SEARCH | {"space": SEARCH["space"] | {"values": {name: kind}}}
    with pytest.raises(ValueError, match=message):
        open_search(values, MACHINE, shard_folder)
    assert not Path("work").exists()


def test_no_search_is_begun_without_a_section_or_a_weight(store, shard_folder, values):
    without = {name: value for name, value in values.items() if name != "cochleagram"}
    with pytest.raises(ParamsError, match="there is no section 'cochleagram'"):
        open_search(without, MACHINE, shard_folder)
    values["train"] = values["train"] | {"loss_weights": {"word": 1.0}}
    with pytest.raises(ValueError, match=r"train\.loss_weights has"):
        open_search(values, MACHINE, shard_folder)
    assert not Path("work").exists()


def test_trainings_leave_no_threads_and_no_handlers(store, shard_folder, values):
    before = signal.getsignal(signal.SIGTERM)
    with open_search(values, MACHINE, shard_folder) as search:
        search.work()
    assert signal.getsignal(signal.SIGTERM) == before
    assert not [thread for thread in threading.enumerate() if thread.name == "Points"]


def test_without_a_complete_trial_there_is_no_best_network(store, shard_folder, values):
    Path("search").mkdir()
    Path("search/best.yaml").write_text("of an earlier search")
    with open_search(values, MACHINE, shard_folder) as search:
        results.write(search.study, digest_of(shard_folder), Path("search"))
    assert not Path("search/best.yaml").exists()
