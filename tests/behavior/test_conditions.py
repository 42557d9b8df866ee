import pytest

from heschl.behavior import conditions
from tests.behavior.simulation import CLIPS, PARAMS, simulated


def test_conditions_are_the_means_of_listeners_and_network():
    table = simulated(CLIPS, 0.5, heard=0.3)
    found = conditions.conditions(table, CLIPS, PARAMS)
    heard = CLIPS[CLIPS["key"].isin(table["clip"])]
    for name, trials in (("listeners", table), ("network", heard)):
        means = trials.groupby(["background", "snr_db"], dropna=False)["correct"].agg(["mean", "size"])
        assert found[name].to_numpy() == pytest.approx(means["mean"].to_numpy())
        assert found[{"listeners": "trials", "network": "n"}[name]].tolist() == means["size"].tolist()
        assert (found[f"{name}_low"] <= found[name]).all()
        assert (found[f"{name}_high"] >= found[name]).all()
    assert found["background"].tolist() == ["babble8"] * 3 + ["clean"] + ["music"] * 3 + ["scene"] * 3
