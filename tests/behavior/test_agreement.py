"""Listeners here are simulated: how they agree with the (simulated) network is known by construction."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from pipeline.behavior import agreement, conditions, confusions, consistency, difficulty, listeners, pairs
from pipeline.behavior.accuracy import BehaviorParams
from pipeline.statistics import correlation

PARAMS = BehaviorParams(
    seed=0,
    resamples=300,
    confidence=0.95,
    answers={"word": 1, "genre": 2},
    published=True,
    min_attention=0.75,
)
LABELS = {"word": list("abcd"), "genre": ["jazz", "rock", "folk", "null"]}
PUBLISHED = Path(__file__).parents[2] / "inputs" / "listeners" / "published" / "word.csv"
CONDITIONS = [
    ("clean", np.nan, 0.9),
    *((b, s, a + s / 30) for b, a in (("scene", 0.6), ("music", 0.45), ("babble8", 0.3)) for s in (-6, 0, 6)),
]


def networked(task="word", seed=0, sources=30, targets=4, shift=0.0):
    """Answers of a network whose accuracy in each condition is known: `sources` x `targets` recordings in each of ten conditions."""
    rng = np.random.default_rng(seed)
    rows = []
    for background, snr_db, accuracy in CONDITIONS:
        for number in range(sources * targets):
            truth = number % 4
            order = rng.permutation(4)
            right = rng.random() < accuracy + shift
            order = np.r_[truth, order[order != truth]] if right else np.r_[order[order != truth], truth]
            names = [LABELS[task][place] for place in order]
            rows.append(
                {
                    "key": f"{task}-{len(rows):05d}", "task": task, "background": background, "snr_db": float(snr_db),
                    "source": f"s{number // targets}", "target": f"t{number}", "truth": LABELS[task][truth], "answer": names[0],
                    "correct": int(right), "rank": 1 if right else 4, "top5": "|".join(names),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def simulated(clips, share, persons=12, heard=0.5, seed=0, accuracy=None):
    """Listeners who copy whether the network is right in a `share` of clips, and else err by themselves as often in each condition."""
    rng = np.random.default_rng([seed, 1])
    means = (
        clips.groupby(["background", "snr_db"], dropna=False)["correct"].transform("mean")
        if accuracy is None
        else accuracy
    )
    tables = []
    for person in range(persons):
        alone = rng.random(len(clips)) < means
        right = np.where(rng.random(len(clips)) < share, clips["correct"], alone).astype(int)
        wrong = clips["truth"].map(
            {a: b for names in LABELS.values() for a, b in zip(names, np.roll(names, 1), strict=True)}
        )
        table = clips[["task", "background", "snr_db"]].assign(
            clip=clips["key"], participant=f"p{person}", correct=right
        )
        table["response"] = np.where(right == 1, clips["truth"], wrong)
        tables.append(table[rng.random(len(clips)) < heard])
    return pd.concat(tables, ignore_index=True)


CLIPS = networked()


def row(table, **values):
    return table.loc[np.logical_and.reduce([table[name] == value for name, value in values.items()])].iloc[0]


@pytest.mark.parametrize("seed", range(3))
def test_kappa_agrees_with_scikit_learn(seed):
    a, b = np.random.default_rng(seed).random((2, 50)) < [[0.7], [0.4]]
    assert consistency.kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))


def test_kappa_by_hand():
    assert consistency.kappa(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])) == 0
    assert consistency.kappa(np.array([1, 1, 0]), np.array([1, 1, 0])) == 1
    assert consistency.kappa(np.array([1, 0]), np.array([0, 1])) == -1
    assert np.isnan(consistency.kappa(np.ones(4), np.ones(4)))
    assert np.isnan(consistency.kappa(np.ones(0), np.ones(0)))


def test_kappa_within_conditions_by_hand():
    a, b = np.repeat([1, 0], [6, 2]), np.array([1, 1, 1, 0, 1, 1, 0, 0])
    cell = np.repeat([0, 1], 4)  # observed 3 of 4 and 4 of 4, expected 3 (a is always right) and 2
    pooled, within = consistency.kappas(a, b, np.zeros(8, int), cell, np.ones(8), (1, 2))[:, 0]
    assert within == pytest.approx(
        2 / 0.75 / (1 + 2 + 2 / 3)
    )  # of the second, 4 / 3 times the 2 that are more than expected
    assert pooled == pytest.approx(cohen_kappa_score(a, b))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_share_of_copied_errors_is_the_kappa_that_is_found(share):
    found = consistency.consistency(simulated(CLIPS, share), CLIPS, PARAMS)
    beside = row(found, between="network-person", conditions="within")
    among = row(found, between="person-person", conditions="within")
    assert beside["n"] == 12
    assert among["n"] == 66
    if share == 1:
        assert found[["kappa", "kappa_low", "kappa_high"]].to_numpy() == pytest.approx(1)
        return
    assert beside["kappa_low"] < share < beside["kappa_high"]
    assert among["kappa_low"] < share**2 < among["kappa_high"]
    assert beside["kappa_high"] - beside["kappa_low"] < 0.12


def test_pooling_easy_and_hard_conditions_raises_kappa_of_independent_errors():
    found = consistency.consistency(simulated(CLIPS, 0.0), CLIPS, PARAMS)
    assert row(found, between="person-person", conditions="pooled")["kappa_low"] > 0.05
    assert row(found, between="person-person", conditions="within")["kappa_low"] < 0


def test_one_listener_has_a_kappa_with_the_network_and_none_beside_it():
    found = consistency.consistency(simulated(CLIPS, 0.5, persons=1), CLIPS, PARAMS)
    assert row(found, between="network-person", conditions="within")["kappa_low"] < 0.5
    assert (
        found.loc[found["between"] == "person-person", ["kappa", "kappa_low", "kappa_high"]]
        .isna()
        .all(axis=None)
    )
    few = simulated(CLIPS, 0.5).groupby("participant").head(consistency.SHARED - 1)
    assert consistency.consistency(few, CLIPS, PARAMS)["n"].eq(0).all()


def test_conditions_are_the_means_of_either_side():
    table = simulated(CLIPS, 0.5, heard=0.3)
    found = agreement.conditions(table, CLIPS, PARAMS)
    heard = CLIPS[CLIPS["key"].isin(table["clip"])]
    for name, trials in (("listeners", table), ("network", heard)):
        means = trials.groupby(["background", "snr_db"], dropna=False)["correct"].agg(["mean", "size"])
        assert found[name].to_numpy() == pytest.approx(means["mean"].to_numpy())
        assert found[{"listeners": "trials", "network": "n"}[name]].tolist() == means["size"].tolist()
        assert (found[f"{name}_low"] <= found[name]).all()
        assert (found[f"{name}_high"] >= found[name]).all()
    assert found["background"].tolist() == ["babble8"] * 3 + ["clean"] + ["music"] * 3 + ["scene"] * 3


def test_agreement_is_that_of_the_conditions():
    table = simulated(CLIPS, 0.0, heard=0.1)
    beside = agreement.conditions(table, CLIPS, PARAMS)
    found = agreement.agreement(table, CLIPS, PARAMS)["word"]
    assert found["r"] == pytest.approx(stats.pearsonr(beside["listeners"], beside["network"]).statistic)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((beside["listeners"] - beside["network"]) ** 2)))
    assert found["r_low"] < found["r"] < found["r_high"]
    assert found["rmse_low"] < found["rmse"] < found["rmse_high"]
    assert found["backgrounds_rho"] == 1
    assert (found["conditions"], found["participants"]) == (10, 12)


def test_a_linear_map_of_the_accuracies_correlates_perfectly_and_its_distance_is_known():
    values = np.linspace(0.1, 0.9, 9)
    listener, network = 0.5 * values + 0.2, values
    table = pd.DataFrame(
        {"background": np.repeat(["scene", "music", "babble8"], 3), "snr_db": np.tile([-6.0, 0, 6], 3)}
    )
    sides = [conditions.Accuracies(each, each[None], each[None], 0.8) for each in (listener, network)]
    found = conditions.agree(*sides, table, PARAMS, same_clips=False)
    assert found["r"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((0.2 - 0.5 * values) ** 2)))
    assert found["r_corrected"] == pytest.approx(1 / 0.8)
    assert conditions.agree(*sides, table, PARAMS, same_clips=True)["r_corrected"] == pytest.approx(
        1 / np.sqrt(0.8)
    )


@pytest.mark.parametrize(("share", "heard"), [(0.0, 0.03), (0.8, 1.0)])
def test_the_noise_correction_undoes_few_trials(share, heard):
    """Of listeners who err by themselves what remains is the noise of the network's clips; those who hear and copy them all share it."""
    truth = CLIPS.merge(
        pd.DataFrame(CONDITIONS, columns=["background", "snr_db", "p"]), on=["background", "snr_db"]
    )["p"]
    found = [
        agreement.agreement(simulated(clips, share, 4, heard, seed, truth), clips, PARAMS)["word"]
        for seed in range(8)
        for clips in [networked(seed=seed)]
    ]
    r, reliability, corrected = (
        np.mean([each[name] for each in found]) for name in ("r", "listeners_reliability", "r_corrected")
    )
    network = np.mean([np.sqrt(each["network_reliability"]) for each in found])
    assert r < corrected
    assert corrected == pytest.approx(1 if share else network, abs=0.04)
    assert (reliability < 0.9) == (heard < 1)


@pytest.mark.parametrize("each", [2, 3, 5])
def test_kappa_within_conditions_is_without_bias_however_few_clips_a_condition_has(each):
    rng, share, cells = np.random.default_rng(0), 0.5, 20000
    cell = np.repeat(np.arange(cells), each)
    a = rng.random(len(cell)) < 0.6
    b = np.where(rng.random(len(cell)) < share, a, rng.random(len(cell)) < 0.6)
    nothing = np.zeros(len(cell), int)
    found = consistency.kappas(a * 1, b * 1, nothing, cell, np.ones(len(cell)), (1, cells))[1, 0]
    assert found == pytest.approx(share, abs=0.02)
    twice = rng.multinomial(len(cell), np.full(len(cell), 1 / len(cell)))  # and in resamples
    assert consistency.kappas(a * 1, b * 1, nothing, cell, twice.astype(float), (1, cells))[
        1, 0
    ] == pytest.approx(share, abs=0.03)


def test_pairs_are_drawn_from_those_who_share_clips():
    tables = [
        simulated(CLIPS[start::40], 0.5, persons=2, heard=1, seed=start).assign(
            participant=lambda t, s=start: f"{s}-" + t["participant"]
        )
        for start in range(40)
    ]
    found = consistency.consistency(pd.concat(tables, ignore_index=True), CLIPS, PARAMS)
    assert row(found, between="person-person", conditions="pooled")["n"] == 40  # of 3160 pairs


def test_noise_has_no_reliability_and_a_signal_has():
    rng = np.random.default_rng(0)
    unit, cell = (each.ravel() for each in np.mgrid[:60, :200])
    assert abs(correlation.split_half(rng.random(len(unit)), cell, unit, 200, 0)) < 0.15
    signal = rng.standard_normal(200)[cell] + 3 * rng.standard_normal(len(unit))  # variance 1 of 1 + 9 / 60
    assert correlation.split_half(signal, cell, unit, 200, 0) == pytest.approx(1 / (1 + 9 / 60), abs=0.04)
    assert correlation.split_half(unit + 100.0 * cell, cell, unit, 200, 0) == pytest.approx(1)


def test_pearson_is_scipys_also_with_weights_and_gaps():
    a, b = np.random.default_rng(0).standard_normal((2, 20))
    assert correlation.pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic)
    times = np.arange(20) % 3
    repeated = stats.pearsonr(np.repeat(a, times), np.repeat(b, times)).statistic
    assert correlation.pearson(a, b, times) == pytest.approx(repeated)
    assert correlation.pearson(np.where(times > 0, a, np.nan), b, times) == pytest.approx(repeated)
    assert np.isnan(correlation.pearson(a, np.full(20, 0.1)))
    assert np.isnan(correlation.pearson(a[:2], b[:2]))


@pytest.mark.parametrize("chosen", [slice(0, 1), slice(0, 240), slice(0, 120)])
def test_what_is_not_defined_is_nan(chosen):
    clips = CLIPS[chosen]
    table = simulated(clips, 0.5, persons=1, heard=1)
    for found in agreement.agreement(table, clips, PARAMS).values():
        assert np.isnan(
            [
                found[name]
                for name in ("r", "r_low", "r_corrected", "listeners_reliability", "backgrounds_rho")
            ]
        ).all()
    for each in (agreement.conditions, consistency.consistency, difficulty.items):
        each(table, clips, PARAMS)
        assert not len(each(table[:0], clips, PARAMS))
    confusions.confused(table, clips, LABELS, PARAMS)
    assert agreement.agreement(table[:0], clips, PARAMS) == {}


def test_published_listeners_stand_beside_the_network():
    summary = listeners.published(PUBLISHED)
    beside, found = agreement.published(summary, CLIPS, PARAMS)
    assert len(beside) == 7  # clean, and -6 and 0 dB of three
    assert found["conditions"] == 7
    assert found["participants"] == 44
    assert found["r"] == pytest.approx(stats.pearsonr(beside["listeners"], beside["network"]).statistic)
    width = (beside["listeners_high"] - beside["listeners_low"]).to_numpy() / 2 / 1.96
    sd = summary.merge(beside, on=["background", "snr_db"])["sd"].to_numpy()
    assert width == pytest.approx(sd / np.sqrt(44), rel=0.2)
    empty, nothing = agreement.published(summary, CLIPS[CLIPS["snr_db"] == 6], PARAMS)
    assert not len(empty)
    assert np.isnan(nothing["r"])


def test_items_that_listeners_find_hard():
    table = simulated(CLIPS, 0.5, persons=20)
    found = difficulty.items(table, CLIPS, PARAMS)
    clips = row(found, items="clip", measure="correct")
    share = table.groupby("clip")["correct"].agg(["mean", "size"])
    share = share[share["size"] >= difficulty.HEARD]
    network = CLIPS.set_index("key")["correct"][share.index]
    assert clips["r"] == pytest.approx(stats.pearsonr(share["mean"], network).statistic)
    assert clips["n"] == len(share)
    within = row(found, items="clip within conditions", measure="correct")
    assert within["r_low"] < within["r"] < within["r_high"]
    assert within["r"] < clips["r"]
    assert within["r_corrected"] == pytest.approx(1, abs=0.03)  # what is not noise is copied
    assert row(found, items="target", measure="rank")["n"] == 120
    alone = difficulty.items(simulated(CLIPS, 0.0, persons=20), CLIPS, PARAMS)
    assert row(alone, items="clip within conditions", measure="correct")[["r_low", "r_high"]].prod() < 0


def test_confusions_count_each_choice_alike():
    found = confusions.confusions(
        ["jazz", "jazz", "rock"], ["jazz|rock", "jazz", "null|folk"], LABELS["genre"]
    )
    assert found.loc["jazz"].tolist() == [0.75, 0.25, 0, 0]
    assert found.loc["rock"].tolist() == [0, 0, 0.5, 0.5]
    assert found.loc[["folk", "null"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="'polka' is none of the labels jazz, rock"):
        confusions.confusions(["polka"], ["jazz"], LABELS["genre"])


def test_listeners_who_answer_as_the_network_confuse_what_it_does():
    clips = networked("genre")
    clips["answer"] = np.where(
        clips["correct"],
        clips["truth"],
        clips["truth"].map(dict(jazz="rock", rock="jazz", folk="jazz", null="folk")),
    )
    clips["top5"] = (
        clips["answer"] + "|" + clips["truth"].map(dict(jazz="folk", rock="null", folk="rock", null="rock"))
    )
    clips["top5"] = (
        clips["top5"]
        .where(clips["correct"] == 0, clips["answer"] + "|rock")
        .str.replace("rock|rock", "rock|jazz")
    )
    table = simulated(clips, 1.0)
    table["response"] = table["clip"].map(clips.set_index("key")["top5"])
    found = row(confusions.confused(table, clips, LABELS, PARAMS), task="genre")
    assert found["r"] == pytest.approx(1, abs=1e-3)
    assert found["reliability"] > 0.95
    assert found["n"] == 12
    table["response"] = [
        LABELS["genre"][place] for place in np.random.default_rng(0).integers(4, size=len(table))
    ]
    other = row(confusions.confused(table, clips, LABELS, PARAMS), task="genre")
    assert abs(other["r"]) < 0.75
    assert not confusions.confused(
        table, clips, {"genre": [*LABELS["genre"], *map(str, range(100))]}, PARAMS
    ).size


def test_two_networks_on_the_same_clips():
    alike = row(agreement.networks(CLIPS, CLIPS, PARAMS), task="word")
    assert alike[["agree", "same", "kappa", "within", "r"]].tolist() == pytest.approx([1] * 5)
    assert alike["rmse"] == 0
    other = networked(seed=1, shift=-0.1)
    found = row(agreement.networks(CLIPS, other, PARAMS), task="word")
    assert found["kappa"] == pytest.approx(cohen_kappa_score(CLIPS["correct"], other["correct"]))
    assert found["within_low"] < 0 < found["within_high"]
    means = [
        each.groupby(["background", "snr_db"], dropna=False)["correct"].mean() for each in (CLIPS, other)
    ]
    assert found["r"] == pytest.approx(stats.pearsonr(*means).statistic)
    assert found["rmse_low"] < 0.1 < found["rmse_high"]
    assert found["agree"] == (CLIPS["correct"] == other["correct"]).mean()
    backwards = row(agreement.networks(CLIPS.sample(frac=1, random_state=0), other, PARAMS), task="word")
    assert backwards["kappa"] == pytest.approx(found["kappa"])


def test_answers_to_other_clips_are_not_compared():
    with pytest.raises(
        pairs.PairingError,
        match=r"1 of the clips are in one table alone, such as 'word-00000'.*same test shards",
    ):
        agreement.networks(CLIPS, CLIPS[1:], PARAMS)
    with pytest.raises(pairs.PairingError, match="truth of 1 clips differs, as of 'word-00000': 'a' and 'd'"):
        agreement.networks(CLIPS, CLIPS.assign(truth=["d", *CLIPS["truth"][1:]]), PARAMS)
    with pytest.raises(
        pairs.PairingError,
        match="trials of word are of clips that the network did not answer, such as 'word-00000'",
    ):
        agreement.conditions(simulated(CLIPS, 1, heard=1), CLIPS[1:], PARAMS)


def test_the_default_intervals_hold_for_one_source_too():
    one = CLIPS.assign(source="anna")
    found = row(
        consistency.consistency(simulated(one, 0.4), one, PARAMS),
        between="network-person",
        conditions="within",
    )
    assert 0 < found["kappa_low"] < 0.4 < found["kappa_high"] < 1
