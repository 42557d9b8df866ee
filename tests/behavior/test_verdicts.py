import pytest

from heschl.behavior import verdicts

SILENCED = {"top1": 0.08, "top1_low": 0.02, "top1_high": 0.15, "n": 100, "chance": 0.05, "hidden": 0.1}


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            "none",
            "No leak seen: 8 % of 100 clips (2-15 %), chance 5 %; "
            "a leak of up to 10 points could hide in this.",
        ),
        ("nothing", "At chance on clean clips too: this control says nothing."),
        (
            "leak",
            "Leak: 8 % of 100 clips (2-15 %), chance 5 %; the rest of the clip gives the answer away.",
        ),
    ],
)
def test_a_control_says_what_it_can_show(verdict, said):
    assert verdicts.control(SILENCED | {"verdict": verdict}) == said


def test_the_order_is_said_with_its_interval_and_never_at_chance():
    found = {"backgrounds_rho": 0.7, "backgrounds_rho_low": 0.1, "backgrounds_rho_high": 0.9}
    assert verdicts.order(found, False) == "rank correlation of the backgrounds 0.70 (0.10 to 0.90)"
    assert verdicts.order(found, True) == ""
    assert verdicts.order_sign(found) == 1
    assert verdicts.order_sign(found | {"backgrounds_rho_low": -0.2}) == 0
    assert verdicts.order_sign({"backgrounds_rho_low": -0.9, "backgrounds_rho_high": -0.2}) == -1
    assert verdicts.order_sign({}) == 0
    assert verdicts.order({"backgrounds_rho": float("nan")}, False) == ""


def test_the_orders_by_accuracy_and_by_threshold_must_agree():
    found = {"backgrounds_rho": 0.7, "backgrounds_rho_low": 0.1, "backgrounds_rho_high": 0.9}
    found |= {"thresholds_rho": 0.6, "thresholds_rho_low": -0.1, "thresholds_rho_high": 0.9}
    assert verdicts.order(found, False) == (
        "rank correlation of the backgrounds 0.70 (0.10 to 0.90), by threshold 0.60 (-0.10 to 0.90)"
    )
    assert verdicts.order_sign(found) == 0
    assert verdicts.order_sign(found, "backgrounds_rho") == 1
    assert verdicts.order_sign(found | {"thresholds_rho_low": 0.3}) == 1


def test_a_task_that_is_not_in_the_metrics_is_not_at_chance():
    assert not verdicts.at_chance({}, "word")
    assert verdicts.chance({}, "word") == ""
    assert not verdicts.one_source({}, "word")
    assert verdicts.too_few({"enough": True}) == ""
