import pandas as pd
import pytest

from heschl.behavior import consistency
from tests.behavior.simulation import CLIPS, PARAMS, row, simulated


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_kappa_is_the_share_of_copied_errors(share):
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


def test_a_single_listener_is_consistent_with_the_network_only():
    found = consistency.consistency(simulated(CLIPS, 0.5, persons=1), CLIPS, PARAMS)
    assert row(found, between="network-person", conditions="within")["kappa_low"] < 0.5
    assert (
        found.loc[found["between"] == "person-person", ["kappa", "kappa_low", "kappa_high"]]
        .isna()
        .all(axis=None)
    )
    few = simulated(CLIPS, 0.5).groupby("participant").head(consistency.SHARED - 1)
    assert consistency.consistency(few, CLIPS, PARAMS)["n"].eq(0).all()


def test_pairs_are_drawn_from_listeners_who_share_clips():
    tables = [
        simulated(CLIPS[start::40], 0.5, persons=2, heard=1, seed=start).assign(
            participant=lambda t, s=start: f"{s}-" + t["participant"]
        )
        for start in range(40)
    ]
    found = consistency.consistency(pd.concat(tables, ignore_index=True), CLIPS, PARAMS)
    assert row(found, between="person-person", conditions="pooled")["n"] == 40  # of 3160 pairs


def test_intervals_contain_kappa_for_a_single_source():
    one = CLIPS.assign(source="anna")
    found = row(
        consistency.consistency(simulated(one, 0.4), one, PARAMS),
        between="network-person",
        conditions="within",
    )
    assert 0 < found["kappa_low"] < 0.4 < found["kappa_high"] < 1
