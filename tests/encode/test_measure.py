"""The whole comparison, on simulated responses whose truth is known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from heschl.activations.layers import locate
from heschl.activations.models import Model
from heschl.encode import output
from heschl.encode.measure import measure
from heschl.encode.params import EncodeParams, Floors, SimulatedParams
from heschl.encode.regions import regions
from heschl.encode.responses import clean
from heschl.encode.simulated import simulate
from heschl.encode.splits import SplitsError
from heschl.statistics.correlation import repeat_reliability
from heschl.statistics.ridge import PUBLISHED

SOUNDS = tuple(f"sound-{n}" for n in range(165))
SIMULATED = SimulatedParams(
    participants=3,
    voxels=8,
    repeats=3,
    reliability=0.7,
    dimensions=3,
    regions={"low": "conv1", "high": "word.fc2", "noise": None},
)
PARAMS = EncodeParams(
    seed=1, source="simulated", folder="brain", sounds=165, splits=6, fit=83, penalties="relative",
    floors=Floors(response=0.182, prediction=0.183), resamples=200, confidence=0.95, simulated=SIMULATED,
)  # fmt: skip
CATEGORIES = np.array(["speech", "music", "scene"] * 55)


def model(name, seed, layers=("cochleagram", "conv1", "word.fc2", "genre.fc2")):
    """Return a model whose layers are random, each with a few strong components."""
    rng = np.random.default_rng(seed)
    features = {
        each: rng.standard_normal((165, 60))
        + 3 * rng.standard_normal((165, 3)) @ rng.standard_normal((3, 60))
        for each in layers
    }
    features = {each: values.astype(np.float32) for each, values in features.items()}
    return Model(name, locate(layers, ["word", "genre"]), features, dict.fromkeys(layers, 60))


@pytest.fixture(scope="module")
def known():
    network = model("network", 0)
    responses = simulate(network.features, SOUNDS, SIMULATED, seed=2)
    return responses, measure(iter([network, model("untrained", 1)]), responses, CATEGORIES, PARAMS)


def test_the_driving_layer_of_a_region_is_recovered(known):
    tables, _, metrics = known[1]
    truth = tables["truth"].set_index("region")
    assert list(truth["layer"]) == ["conv1", "word.fc2", ""]
    assert (truth.loc[["low", "high"], "recovered"] > 0.95).all()
    np.testing.assert_allclose(truth["estimated"], [0.7, 0.7, 0], atol=0.06)
    np.testing.assert_allclose(truth["r2"], [1, 1, 0], atol=0.05)
    assert (truth["low"] <= truth["r2"]).all()
    assert (truth["r2"] <= truth["high"]).all()
    assert metrics["best"]["low"]["network"]["layer"] == "conv1"
    assert metrics["best"]["low"]["untrained"]["r2"] < 0.1
    shares = tables["best"].set_index(["region", "layer"])["share"]
    assert shares["low", "conv1"] == truth.loc["low", "recovered"]
    assert set(tables["layers"]["interval"]) == {"participants"}
    assert metrics["interval"] == "participants"
    assert metrics["participants"] == 3
    assert metrics["excluded"] == 0
    assert (tables["best"].groupby("region")["share"].sum() <= 1 + 1e-9).all()


def test_similarity_recovers_the_driving_layer_too(known):
    responses, (tables, matrices, _) = known
    table = tables["similarity"]
    assert table.loc[table[table.region == "high"]["rho"].idxmax(), "layer"] == "word.fc2"
    limits = tables["ceilings"].set_index("region")
    assert 0.4 < limits.loc["low", "lower"] < limits.loc["low", "upper"] <= 1
    assert abs(limits.loc["noise", "lower"]) < 0.05
    assert {"region:low", "layer:conv1", "sounds", "categories"} <= set(matrices)
    np.testing.assert_array_equal(matrices["categories"], np.sort(CATEGORIES))
    order = [SOUNDS.index(name) for name in matrices["sounds"]]
    some = regions(responses)
    low = next(region for region in some if region.name == "low").members
    each = [
        np.corrcoef(stats.zscore(responses.values.mean(2)[:, low[n : n + 8]], axis=0))[np.ix_(order, order)]
        for n in (0, 8, 16)
    ]
    np.testing.assert_allclose(matrices["region:low"], np.mean(each, axis=0), atol=1e-6)


def test_shuffled_sounds_destroy_everything():
    network = model("network", 0)
    right = simulate(network.features, SOUNDS, SIMULATED, seed=2)
    order = np.random.default_rng(5).permutation(165)
    wrong = replace(right, values=right.values[order])
    tables, _, metrics = measure(iter([network]), wrong, CATEGORIES, PARAMS)
    assert all(row["network"]["r2"] < 0.02 for row in metrics["best"].values())
    assert tables["similarity"]["rho"].abs().max() < 0.1
    np.testing.assert_allclose(
        tables["ceilings"]["reliability"], reliability_by_region(right), atol=1e-9
    )  # it does not depend on their order


def reliability_by_region(responses):
    known = repeat_reliability(responses.values)
    out = []
    for region in regions(responses):
        people = responses.participants[region.members]
        out.append(
            np.mean([np.median(known[region.members][people == person]) for person in np.unique(people)])
        )
    return out


def test_the_files_read_back_and_repeat(known, tmp_path):
    found = known[1]
    paths = output.write(tmp_path / "a", found)
    output.write(tmp_path / "b", found)
    assert all(
        path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
        for path in paths
    )
    table = pd.read_csv(tmp_path / "a/encode/layers.csv", keep_default_na=False)
    assert set(table["branch"]) == {"", "word", "genre"}
    assert len(pd.read_parquet(tmp_path / "a/encode/responses.parquet")) == 2 * 4 * 72
    assert json.loads((tmp_path / "a/encode.json").read_text())["corrected"] is True
    with np.load(tmp_path / "a/encode/matrices.npz", allow_pickle=False) as archive:
        assert archive["region:all"].dtype == np.float32
    flat = output.headlines(found.metrics)
    assert flat["encode.simulated.low.network.r2_corrected"] == found.metrics["best"]["low"]["network"]["r2"]
    assert output.summary_line(found.metrics).startswith(
        "SIMULATED responses, best layers and their corrected r2: all"
    )


def test_one_repeat_without_participants(tmp_path):
    """As of components: raw r2, intervals over splits, no ceiling, no reliability."""
    network = model("network", 0)
    values = network.features["conv1"][:, :4, None]
    none = np.array([""] * 4)
    responses = clean(
        SOUNDS, values, ["a", "b", "c", "d"], none, np.array(["a", "b", "c", "d"]), "components"
    )
    found = measure(iter([network]), responses, np.full(165, ""), replace(PARAMS, source="components"))
    tables, _, metrics = found
    assert (metrics["corrected"], metrics["participants"], metrics["interval"], metrics["reliability"]) == (
        False,
        0,
        "splits",
        None,
    )
    assert tables["truth"].empty
    assert tables["ceilings"][["lower", "upper", "reliability"]].isna().all(axis=None)
    assert set(tables["similarity"]["region"]) == {"all"}  # one response has no pattern
    layers = tables["layers"]
    assert (layers["low"] <= layers["high"]).all()
    assert layers.loc[layers[layers.region == "a"]["r2"].idxmax(), "layer"] == "conv1"
    output.write(tmp_path, found)


def test_too_few_sounds_are_an_error():
    network = model("network", 0)
    responses = simulate(network.features, SOUNDS, SIMULATED, seed=2)
    with pytest.raises(SplitsError, match=r"encode.fit is 163 of 165 sounds"):
        measure(iter([network]), responses, CATEGORIES, replace(PARAMS, fit=163))


def test_the_published_penalties_are_kept_as_they_are():
    network = model("network", 0)
    responses = simulate(network.features, SOUNDS, SIMULATED, seed=2)
    with np.errstate(all="raise", under="ignore"):
        tables, _, metrics = measure(
            iter([network]), responses, CATEGORIES, replace(PARAMS, penalties="published")
        )
    assert set(tables["responses"]["penalty"]) <= set(PUBLISHED.values)
    noise = tables["responses"]["region"] == "noise"
    assert (tables["responses"].loc[noise, "penalty"] == 1e49).mean() > 0.3
    assert metrics["penalties"]["largest"] > 0.1
    assert metrics["penalties"]["smallest"] == 0


def test_names_that_mlflow_refuses():
    metrics = {"source": "table", "corrected": False, "best": {"A1 (left)": {"network": {"r2": 0.5}}}}
    assert output.headlines(metrics) == {"encode.table.A1 _left_.network.r2": 0.5}


def test_participants_with_too_few_voxels_are_not_compared():
    network = model("network", 0)
    values = np.random.default_rng(0).standard_normal((165, 10, 2))
    people = np.array(["p"] * 4 + ["q"] * 4 + ["r"] * 2)
    responses = clean(SOUNDS, values, [f"v{n}" for n in range(10)], people, np.array(["A"] * 10), "table")
    tables, _, _ = measure(iter([network]), responses, CATEGORIES, replace(PARAMS, source="table"))
    assert set(tables["similarity"]["participants"]) == set(tables["ceilings"]["participants"]) == {2}
    assert set(tables["layers"]["participants"]) == {3}
