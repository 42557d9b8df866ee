"""Paired tests of the network and another model: the table, and how often equally good models differ."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmarks.paired import EVERY, NULL, PARAMS, World, p_values
from heschl.activations.layers import locate
from heschl.activations.models import Model
from heschl.encode import paired
from heschl.encode.best_layer import best_layer
from heschl.encode.regions import over_responses, regions
from heschl.encode.responses import clean
from heschl.encode.scores import score_model
from heschl.statistics.ridge import RELATIVE, Ridge, gram

SOUNDS = 165


def model(name, *layers):
    layers = {f"conv{n}": each for n, each in enumerate(layers)}
    return Model(name, locate([*layers], []), layers, dict.fromkeys(layers, 1))


@pytest.fixture(scope="module")
def scored():
    """Six components that the network's two layers drive, and another model that sees half of it."""
    rng = np.random.default_rng(0)
    good, noise = rng.standard_normal((2, SOUNDS, 12))
    values = good @ rng.standard_normal((12, 6)) + 1.5 * rng.standard_normal((SOUNDS, 6))
    names, none = [f"c{n}" for n in range(6)], np.full(6, "")
    responses = clean(
        [f"s{n}" for n in range(SOUNDS)], values[..., None], names, none, np.array(names), "table"
    )
    models = model("network", noise, good), model("half", good[:, :6], noise)
    return responses, models, [score_model(each, responses, EVERY, PARAMS) for each in models]


def test_errors_of_single_sounds_are_those_of_the_best_layer_in_a_plain_loop(scored):
    responses, (network, _), (found, _) = scored
    target = responses.values[:, 2].mean(1)
    chosen = best_layer(found.scores.r2, found.scores.error).layer[:, 2]
    sums, counts = np.zeros(SOUNDS), np.zeros(SOUNDS)
    for split, place in zip(EVERY, chosen, strict=True):
        kernel = gram(network.features[f"conv{place}"])
        fit = Ridge(kernel, split.fit, split.score).fit(target[split.fit, None], RELATIVE)
        sums[split.score] += (fit.predictions[:, 0] - target[split.score]) ** 2 / target.var()
        counts[split.score] += 1
    np.testing.assert_allclose(found.square[:, 2], sums / counts, rtol=1e-4)
    assert found.square.shape == (SOUNDS, 6)


def test_where_no_layer_predicts_the_error_is_that_of_the_mean(scored):
    responses, *_ = scored
    found = score_model(model("noise", np.zeros((SOUNDS, 3))), responses, EVERY, PARAMS)
    assert found.square.mean() == pytest.approx(1, abs=0.1)


def test_the_table_is_the_corrected_t_test_of_the_best_layers(scored):
    responses, _, both = scored
    table = paired.table(both, list(regions(responses)), EVERY, PARAMS).set_index("region")
    r2, other = (best_layer(each.scores.r2, each.scores.error).r2.astype(float) for each in both)
    difference = r2[:, 3] - other[:, 3]
    t = difference.mean() / np.sqrt(difference.var(ddof=1) * (1 / 10 + 82 / 83))
    assert table.loc["c3", "difference"] == pytest.approx(difference.mean())
    assert table.loc["c3", "p"] == pytest.approx(2 * stats.t.sf(abs(t), 9))
    assert table.loc["c3", "low"] < table.loc["c3", "difference"] < table.loc["c3", "high"]
    assert (table["error"] > 0).all()
    assert table.loc["all", ["p", "verdict"]].tolist() == [table.loc["all", "p_holm"], "better"]
    parts = table.drop("all")
    assert parts["p_holm"].min() == pytest.approx(6 * parts["p"].min())
    told = {row.Index: "better" if row.p_holm < 0.05 else "unclear" for row in parts.itertuples()}
    assert parts["verdict"].to_dict() == told
    short = paired.metrics(table.reset_index())
    assert short["all"]["half"]["verdict"] == "better"


def test_a_worse_network_is_called_so_and_a_single_model_has_no_table(scored):
    responses, _, (network, other) = scored
    turned = paired.table([other, network], list(regions(responses)), EVERY, PARAMS)
    assert turned.set_index("region").loc["all", "verdict"] == "worse"
    assert paired.table([network], list(regions(responses)), EVERY, PARAMS).empty
    assert paired.metrics(paired.table([network], [], EVERY, PARAMS)) == {}


def test_regions_have_medians_and_means_over_participants(scored):
    responses = replace(scored[0], participants=np.array(["p", "p", "p", "q", "q", "q"]))
    everything = next(regions(responses))
    values = np.arange(24.0).reshape(4, 6) ** 2
    expected = [(np.median(row[:3]) + np.median(row[3:])) / 2 for row in values]
    np.testing.assert_allclose(over_responses(values, everything), expected)
    np.testing.assert_allclose(over_responses(values, next(regions(scored[0]))), np.median(values, axis=1))


def test_equally_good_models_differ_as_rarely_as_they_should():
    """In 2000 responses of each kind: 4 % over splits and 18 % over sounds with half in common; here 96."""
    over_splits, over_sounds = p_values(NULL["half in common, r2 0.6"], 12) < 0.05
    assert over_splits.mean() <= 0.1
    assert over_sounds.mean() > 0.05  # why the verdict is not theirs


def test_a_large_difference_is_found():
    assert (p_values(World(0.1, 0.6, 0.0), 2)[0] < 0.05).mean() > 0.8
