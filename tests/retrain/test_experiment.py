"""Networks beside that of params.yaml: which are compared, and real trainings of them."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from heschl import tracking
from heschl.network.saved import load_network
from heschl.params import ParamsError, parse, plain
from heschl.presets import PresetError
from heschl.retrain import output
from heschl.retrain.experiment import open_experiment
from heschl.retrain.params import RetrainParams
from heschl.search import parent
from heschl.search.columns import digest_of
from tests.helpers.trainings import MACHINE

RETRAIN = {
    "networks": ["best.yaml"], "seeds": [1, 2], "threads": 1, "seed": 1, "resamples": 50, "confidence": 0.95,
}  # fmt: skip
BEST = {"network": {"branch_after": "norm1", "width": 2.0}, "train": {"epochs": 1}}


@pytest.fixture
def values(sections, store):
    """All sections that are read, in params.yaml of this test's folder, with a preset beside it."""
    found = {name: plain(value) for name, value in sections.items()}
    evaluate = {"batch_size": 16, "null_answers": False}
    found |= {"tasks": ["word", "genre"], "evaluate": evaluate, "retrain": RETRAIN}
    Path("params.yaml").write_text(yaml.safe_dump(found))
    Path("best.yaml").write_text(yaml.safe_dump(BEST))
    return found


def opened(values, shard_folder):
    return open_experiment(values, MACHINE, shard_folder, Path("params.yaml"))


def test_from_presets_to_a_table(store, shard_folder, values):
    experiment = opened(values, shard_folder)
    experiment.work()
    params = parse("retrain", RETRAIN, RetrainParams)
    table = output.accuracy(experiment.grid, params)
    files = output.write(table, experiment.grid, params, digest_of(shard_folder), Path("search/retrain"))
    parent.close(experiment.grid.folder, output.measures(table), *files)
    written = pd.read_csv("search/retrain/accuracy.csv")
    assert list(written.network.unique()) == ["params.yaml", "best.yaml"]
    assert list(written.epochs.unique()) == [2, 1]
    ours, best = experiment.grid.entries
    for training in experiment.grid.trainings:
        network = load_network(training.network)
        assert network.params.network.width == (1.0 if training.entry == ours else 2.0)
        weights = sum(weight.numel() for weight in network.network.parameters())
        assert weights == training.entry.cost.parameters
        assert len(pd.read_csv(training.network / "history.csv")) == (2 if training.entry == ours else 1)
    tracker = store()
    above = (experiment.grid.folder / "run_id").read_text()
    runs = tracker.search_runs([tracking.experiment_id(tracker)])
    below = {run.info.run_name for run in runs if run.data.tags.get("mlflow.parentRunId") == above}
    assert below == {training.name for training in experiment.grid.trainings}
    assert f"retrain.{best.title}_word" in tracker.get_run(above).data.metrics


def test_another_network_of_the_same_name_is_trained_anew(shard_folder, values):
    first = opened(values, shard_folder).grid
    Path("best.yaml").write_text(yaml.safe_dump(BEST | {"train": {"epochs": 3}}))
    second = opened(values, shard_folder).grid
    assert first.folder == second.folder
    assert [one.name == two.name for one, two in zip(first.entries, second.entries, strict=True)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("preset", "error", "message"),
    [
        (None, PresetError, r"There is no preset 'best\.yaml'"),
        ({"sound": {"clip_s": 1.25}}, ParamsError, "best.yaml changes section 'sound'"),
        ({"network": {"width": 1.0}}, ParamsError, "best.yaml is the same network as params.yaml"),
        ({"network": {"depth": 3}}, PresetError, "network.depth is not a key"),
        ({"network": {"branch_after": "conv7"}}, ValueError, "'conv7'"),
    ],
)
def test_a_preset_that_cannot_be_compared_is_named(shard_folder, values, preset, error, message):
    Path("best.yaml").unlink() if preset is None else Path("best.yaml").write_text(yaml.safe_dump(preset))
    with pytest.raises(error, match=message):
        opened(values, shard_folder)
    assert not Path("work").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"networks": []}, r"retrain\.networks is"), ({"seeds": [1]}, r"retrain\.seeds is")],
)
def test_bad_params_are_named(shard_folder, values, change, message):
    values["retrain"] = RETRAIN | change
    with pytest.raises(ParamsError, match=message):
        opened(values, shard_folder)
