import numpy as np
import pandas as pd
import pytest

from heschl.behavior.chance import chances, permutation_p

LABELS = list("abcde")


def clips(rng, sources, each, answer, one_label=False):
    """Clean clips, one per recording; answer(source, truth) is the network's."""
    rows = []
    for source in range(sources):
        for n in range(each):
            truth = LABELS[source % 5 if one_label else rng.integers(5)]
            rows.append((f"s{source}", f"{source}-{n}", truth, answer(source, truth)))
    table = pd.DataFrame(rows, columns=["source", "target", "truth", "answer"])
    return table.assign(task="word", background="clean", key=table["target"])


@pytest.mark.parametrize("one_label", [False, True])
def test_a_network_without_knowledge_is_above_chance_as_rarely_as_it_should(one_label):
    """Its answers depend on the source: clips of a source are then right or wrong together."""
    p = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        favorite = rng.integers(5, size=12)
        heard = clips(
            rng, 12, 4, lambda s, _, r=rng, f=favorite: LABELS[f[s] if r.random() < 0.8 else r.integers(5)],
            one_label,
        )  # fmt: skip
        p.append(permutation_p(heard, LABELS, seed, draws=199))
    assert np.mean(np.array(p) <= 0.05) < 0.1
    assert np.mean(p) > 0.4


@pytest.mark.parametrize("one_label", [False, True])
@pytest.mark.parametrize("sources", [1, 12])
def test_a_network_that_knows_half_of_the_labels_is_above_chance(one_label, sources):
    rng = np.random.default_rng(0)
    heard = clips(
        rng, sources, 96 // sources, lambda _, truth: truth if rng.random() < 0.5 else "a", one_label
    )
    p = permutation_p(heard, LABELS, 0)
    assert p == 1 if one_label and sources == 1 else p < 0.001


def test_the_most_frequent_label_is_not_knowledge():
    rng = np.random.default_rng(0)
    heard = clips(rng, 12, 8, lambda *_: "a")
    heard.loc[rng.random(len(heard)) < 0.6, "truth"] = "a"
    assert (heard["truth"] == "a").mean() > 0.5
    assert permutation_p(heard, LABELS, 0) == 1


def test_the_decision_has_its_numbers():
    rng = np.random.default_rng(0)
    heard = clips(rng, 3, 20, lambda _, truth: truth)
    table = pd.DataFrame([("word", "clean", 1.0, 0.9, 1.0)])
    table.columns = ["task", "background", "top1", "top1_low", "top1_high"]
    found = chances(heard, table, {"word": LABELS}, 0.95, 0)["word"]
    assert found == {
        "at_chance": False, "p": pytest.approx(1 / 5000), "top1": 1.0, "top1_low": 0.9, "top1_high": 1.0,
        "n": 60, "sources": 3, "chance": 0.2,
    }  # fmt: skip
    assert chances(heard.assign(answer="b"), table, {"word": LABELS}, 0.95, 0)["word"]["at_chance"]
