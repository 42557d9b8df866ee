import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from heschl.behavior import conditions, pairs
from heschl.behavior.networks import compare_networks
from tests.behavior.simulation import CLIPS, PARAMS, networked, row, simulated


def test_networks_on_the_same_clips():
    alike = row(compare_networks(CLIPS, CLIPS, PARAMS), task="word")
    assert alike[["agree", "same", "kappa", "within", "r"]].tolist() == pytest.approx([1] * 5)
    assert alike["rmse"] == 0
    other = networked(seed=1, shift=-0.1)
    found = row(compare_networks(CLIPS, other, PARAMS), task="word")
    assert found["kappa"] == pytest.approx(cohen_kappa_score(CLIPS["correct"], other["correct"]))
    assert found["within_low"] < 0 < found["within_high"]
    means = [
        each.groupby(["background", "snr_db"], dropna=False)["correct"].mean() for each in (CLIPS, other)
    ]
    assert found["r"] == pytest.approx(stats.pearsonr(*means).statistic)
    assert found["rmse_low"] < 0.1 < found["rmse_high"]
    assert found["agree"] == (CLIPS["correct"] == other["correct"]).mean()
    backwards = row(compare_networks(CLIPS.sample(frac=1, random_state=0), other, PARAMS), task="word")
    assert backwards["kappa"] == pytest.approx(found["kappa"])


def test_answers_to_different_clips_are_not_compared():
    with pytest.raises(
        pairs.PairsError,
        match=r"1 of the clips are in only one of the tables, such as 'word-00000'.*same test shards",
    ):
        compare_networks(CLIPS, CLIPS[1:], PARAMS)
    with pytest.raises(pairs.PairsError, match="truth of 1 clips differs, as of 'word-00000': 'a' and 'd'"):
        compare_networks(CLIPS, CLIPS.assign(truth=["d", *CLIPS["truth"][1:]]), PARAMS)
    with pytest.raises(
        pairs.PairsError,
        match="trials of word are of clips that the network did not answer, such as 'word-00000'",
    ):
        conditions.conditions(simulated(CLIPS, 1, heard=1), CLIPS[1:], PARAMS)
