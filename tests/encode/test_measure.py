"""Summaries, similarity and simulated responses; what all of it together says of responses whose truth is known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.activations.features import LayersError, paths
from pipeline.activations.models import Model
from pipeline.encode import files
from pipeline.encode.measure import headlines, measure
from pipeline.encode.regions import regions, summarize
from pipeline.encode.regression import EncodeParams, Floors, SimulatedParams
from pipeline.encode.reliability import reliability
from pipeline.encode.responses import clean
from pipeline.encode.similarity import ceiling, matrix, ranks, rho
from pipeline.encode.simulated import simulate
from pipeline.encode.splits import SplitsError
from pipeline.statistics.ridge import PUBLISHED

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
    """A model whose layers are random, each with a few strong components of its own."""
    rng = np.random.default_rng(seed)
    features = {
        each: rng.standard_normal((165, 60))
        + 3 * rng.standard_normal((165, 3)) @ rng.standard_normal((3, 60))
        for each in layers
    }
    return Model(
        name,
        paths(layers, ["word", "genre"]),
        {each: values.astype(np.float32) for each, values in features.items()},
    )


@pytest.fixture(scope="module")
def known():
    network = model("network", 0)
    responses = simulate(network.features, SOUNDS, SIMULATED, seed=2)
    return responses, *measure(iter([network, model("untrained", 1)]), responses, CATEGORIES, PARAMS)


def test_the_layer_that_drives_a_region_is_recovered(known):
    _, tables, _, metrics = known
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


def test_similarity_recovers_it_too(known):
    responses, tables, matrices, _ = known
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
    )  # which knows no order


def reliability_by_region(responses):
    known = reliability(responses.values)
    out = []
    for region in regions(responses):
        people = responses.participants[region.members]
        out.append(
            np.mean([np.median(known[region.members][people == person]) for person in np.unique(people)])
        )
    return out


def test_the_files_read_back_and_repeat(known, tmp_path):
    _, tables, matrices, metrics = known
    paths_ = files.write(tmp_path / "a", tables, matrices, metrics)
    files.write(tmp_path / "b", tables, matrices, metrics)
    assert all(
        path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
        for path in paths_
    )
    table = pd.read_csv(tmp_path / "a/encode/layers.csv", keep_default_na=False)
    assert set(table["branch"]) == {"", "word", "genre"}
    assert len(pd.read_parquet(tmp_path / "a/encode/responses.parquet")) == 2 * 4 * 72
    assert json.loads((tmp_path / "a/encode.json").read_text())["corrected"] is True
    with np.load(tmp_path / "a/encode/matrices.npz", allow_pickle=False) as archive:
        assert archive["region:all"].dtype == np.float32
    flat = headlines(metrics)
    assert flat["encode.simulated.low.network.r2_corrected"] == metrics["best"]["low"]["network"]["r2"]


def test_one_repeat_without_participants(tmp_path):
    """Components, say: raw r2, intervals over splits, no ceiling, no reliability."""
    network = model("network", 0)
    values = network.features["conv1"][:, :4, None]
    none = np.array([""] * 4)
    responses = clean(
        SOUNDS, values, ["a", "b", "c", "d"], none, np.array(["a", "b", "c", "d"]), "components"
    )
    tables, matrices, metrics = measure(
        iter([network]), responses, np.full(165, ""), replace(PARAMS, source="components")
    )
    assert (metrics["corrected"], metrics["participants"], metrics["interval"], metrics["reliability"]) == (
        False,
        0,
        "splits",
        None,
    )
    assert tables["truth"].empty
    assert tables["ceilings"][["lower", "upper", "reliability"]].isna().all(axis=None)
    assert set(tables["similarity"]["region"]) == {"all"}  # the pattern of one response is no pattern
    layers = tables["layers"]
    assert (layers["low"] <= layers["high"]).all()
    assert layers.loc[layers[layers.region == "a"]["r2"].idxmax(), "layer"] == "conv1"
    files.write(tmp_path, tables, matrices, metrics)


def test_too_few_sounds_are_an_error():
    network = model("network", 0)
    responses = simulate(network.features, SOUNDS, SIMULATED, seed=2)
    with pytest.raises(SplitsError, match=r"165 sounds, of which encode.fit takes 163"):
        measure(iter([network]), responses, CATEGORIES, replace(PARAMS, fit=163))


def test_a_region_of_a_layer_that_is_not_there():
    with pytest.raises(
        LayersError,
        match=r"regions.low: there is no layer 'conv9' among those that are looked at, cochleagram, conv1",
    ):
        simulate(model("network", 0).features, SOUNDS, replace(SIMULATED, regions={"low": "conv9"}), seed=0)


def test_summaries():
    scores = np.arange(24.0).reshape(2, 12)
    people = np.array(["p"] * 4 + ["q"] * 8)
    named = np.array(["A|B"] * 6 + ["B"] * 6)
    rng = np.random.default_rng(0)
    responses = clean(
        SOUNDS, rng.standard_normal((165, 12, 1)), [f"v{n}" for n in range(12)], people, named, "table"
    )
    found = {region.name: (region, summarize(scores, region, 500, 0.95, 0)) for region in regions(responses)}
    assert list(found) == ["all", "A", "B"]
    medians = np.median(scores, axis=0)
    assert found["A"][1].value == np.mean([np.median(medians[:4]), np.median(medians[4:6])])
    assert found["B"][1].value == np.mean([np.median(medians[:4]), np.median(medians[4:])])
    assert (found["B"][1].low, found["B"][1].high) == (
        np.median(medians[:4]),
        np.median(medians[4:]),
    )  # of two people
    assert found["A"][0].people == 2
    assert found["A"][1].interval == "participants"
    one = replace(responses, participants=np.array(["p"] * 12))
    assert {summarize(scores, region, 500, 0.95, 0).interval for region in regions(one)} == {"splits"}


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


def test_names_that_mlflow_refuses(known):
    metrics = {"source": "table", "corrected": False, "best": {"A1 (left)": {"network": {"r2": 0.5}}}}
    assert headlines(metrics) == {"encode.table.A1 _left_.network.r2": 0.5}


def test_people_with_too_few_voxels_are_not_compared():
    network = model("network", 0)
    values = np.random.default_rng(0).standard_normal((165, 10, 2))
    people = np.array(["p"] * 4 + ["q"] * 4 + ["r"] * 2)
    responses = clean(SOUNDS, values, [f"v{n}" for n in range(10)], people, np.array(["A"] * 10), "table")
    tables, _, _ = measure(iter([network]), responses, CATEGORIES, replace(PARAMS, source="table"))
    assert set(tables["similarity"]["participants"]) == set(tables["ceilings"]["participants"]) == {2}
    assert set(tables["layers"]["participants"]) == {3}


def test_matrices_and_their_similarity():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 20, 50))
    a[:, 3] = 7.0  # a unit that does not vary
    np.testing.assert_allclose(
        matrix(a), np.corrcoef(stats.zscore(np.delete(a, 3, axis=1), axis=0)), atol=1e-12
    )
    upper = np.triu_indices(20, k=1)
    np.testing.assert_allclose(
        rho(ranks(matrix(a)), ranks(matrix(b))),
        stats.spearmanr(matrix(a)[upper], matrix(b)[upper])[0],
        atol=1e-12,
    )
    assert matrix(np.ones((20, 50))) is None
    assert matrix(a[:, :2]) is None
    people = np.array([matrix(a + 0.5 * rng.standard_normal(a.shape)) for _ in range(4)])
    limits = ceiling(people)
    ranked = np.array([stats.rankdata(each[upper]) for each in people])
    others = [stats.spearmanr(ranked[n], np.delete(ranked, n, 0).mean(0))[0] for n in range(4)]
    np.testing.assert_allclose(limits.lower, np.mean(others), atol=1e-12)
    candidates = (*ranked, ranked.mean(0), people.mean(0)[upper])
    reached = [np.mean([stats.spearmanr(candidate, each)[0] for each in ranked]) for candidate in candidates]
    assert limits.lower < max(reached) <= limits.upper
    people[0] *= 100  # a matrix of another scale is no more right than the others
    np.testing.assert_allclose(ceiling(people), limits)
    assert np.isnan(ceiling(people[:1])).all()
