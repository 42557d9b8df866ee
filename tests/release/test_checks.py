"""What does not belong together is not released together."""

import json
from pathlib import Path

import pandas as pd
import pytest

from heschl.evaluate.params import EvaluateParams
from heschl.network.saved import load_network, read_config
from heschl.params import load_all
from heschl.release import checks
from heschl.release.checks import ReleaseError

NETWORK, METRICS, SHARDS = Path("models/network"), Path("metrics"), Path("data/shards")
EVALUATE = EvaluateParams(batch_size=64, null_answers=False)


@pytest.mark.usefixtures("project")
def test_what_belongs_together_passes():
    config = read_config(NETWORK)
    checks.check_table(config, NETWORK)
    checks.check_params(config, load_all("params.yaml"), Path("params.yaml"))
    checks.check_metrics(config["labels"], METRICS)
    clips = len(pd.read_csv(METRICS / "clips.csv"))
    assert checks.check_answers(load_network(NETWORK), NETWORK, SHARDS, METRICS, EVALUATE) == clips


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("section", "change"),
    [("train", {"epochs": 99}), ("cochleagram", {"filters": 9}), ("network", {"width": 2.0}),
     ("sound", {"clip_s": 3.0})],
)  # fmt: skip
def test_other_params_are_named(section, change):
    params = load_all("params.yaml")
    params[section] |= change
    with pytest.raises(ReleaseError, match=rf"params\.yaml has other values .*, in {section}, so the card"):
        checks.check_params(read_config(NETWORK), params, Path("params.yaml"))


@pytest.mark.usefixtures("project")
def test_optional_params_may_be_absent():
    params = load_all("params.yaml")
    config = read_config(NETWORK)
    checks.check_params(
        config | {"train": config["train"] | {"adversarial": None}}, params, Path("params.yaml")
    )


def test_layers_are_compared_in_both_notations():
    layers = [{"kind": "batch_norm", "name": "norm0"}]
    config = {"network": {"branch_after": "norm0", "width": 1.0, "layers": layers}}
    params = {"network": config["network"] | {"layers": ["norm0 = batch_norm()"]}}
    checks.check_params(config, params, Path("params.yaml"))


def test_a_class_of_networks_is_refused():
    with pytest.raises(ReleaseError, match=r"network\.module is 'mine:Net', a class of your own"):
        checks.check_table({"network": {"module": "mine:Net", "options": {}}}, NETWORK)


@pytest.mark.usefixtures("project")
def test_metrics_of_another_network_are_found_by_labels_and_by_answers():
    labels = read_config(NETWORK)["labels"]
    with pytest.raises(ReleaseError, match=r"confusions/word\.csv has 2 labels, the network 3; .* in middle"):
        checks.check_metrics(labels | {"word": [*labels["word"], "middle"]}, METRICS)
    clips = pd.read_csv(METRICS / "clips.csv", dtype=str)
    few = clips.index < len(clips) * 0.1
    other = {name: [each for each in names if not each.startswith("__")] for name, names in labels.items()}
    wrong = [next(each for each in other[row.task] if each != row.answer) for row in clips[few].itertuples()]
    clips.loc[few, "answer"] = wrong
    clips.to_csv(METRICS / "clips.csv", index=False)
    with pytest.raises(ReleaseError, match=r"clips\.csv: 8\d\.\d% of \d+ answers .*at least 98%.*dvc repro"):
        checks.check_answers(load_network(NETWORK), NETWORK, SHARDS, METRICS, EVALUATE)
    clips[few].to_csv(METRICS / "clips.csv", index=False)
    with pytest.raises(ReleaseError, match=r"clips\.csv: 0\.0% of"):
        checks.check_answers(load_network(NETWORK), NETWORK, SHARDS, METRICS, EVALUATE)


def test_recordings_need_sources(project):
    provenance = json.loads((project / "data/corpus/provenance.json").read_text())
    with pytest.raises(ReleaseError, match=r"corpus is 'recordings'.*--sources FILE"):
        checks.check_sources([], provenance)
    checks.check_sources([], provenance | {"source": "synthetic"})
