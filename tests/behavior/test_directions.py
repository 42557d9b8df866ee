import numpy as np
import pandas as pd
import pytest

from heschl.behavior.directions import errors, table
from heschl.behavior.params import BehaviorParams

PARAMS = BehaviorParams(
    seed=1, resamples=200, confidence=0.95, answers={}, published=False, min_attention=0.5,
    fewest_listeners=2, fewest_trials=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("truth", "answer", "wanted"),
    [
        ("030+00", "030+00", (0, 0, 0, 0, True)),
        ("030+00", "050+00", (20, 20, 0, 0, True)),
        ("350+00", "010+00", (20, 20, 0, 0, True)),
        ("030+00", "150+00", (120, 0, 0, 1, True)),  # front and back confused: the side is right
        ("150+00", "020+00", (130, 10, 0, 1, False)),
        ("090+00", "120+00", (30, 30, 0, np.nan, True)),  # at the side there is neither
        ("030+00", "030+40", (40, 0, 40, 0, True)),
        ("000+60", "180+60", (60, 0, 0, 1, True)),
        ("330-10", "030-10", (None, 60, 0, 0, True)),
    ],
)
def test_errors_of_an_answer(truth, answer, wanted):
    found = errors([truth], [answer]).iloc[0]
    for name, value in zip(
        ("great_circle", "azimuth", "elevation", "reversed", "ahead"), wanted, strict=True
    ):
        if value is not None:
            np.testing.assert_allclose(float(found[name]), value, atol=1e-6, err_msg=name)


def clips(answers, task="where", background="clean", snr_db=np.nan):
    truth = [f"{azimuth:03d}+00" for azimuth in range(0, 360, 30)]
    rows = len(truth)
    return pd.DataFrame(
        {
            "task": task, "background": background, "snr_db": snr_db, "truth": truth,
            "answer": answers(truth), "source": [f"source {number % 4}" for number in range(rows)],
        }
    )  # fmt: skip


def test_means_by_condition_of_all_directions_and_of_those_ahead():
    right = clips(lambda truth: truth)
    late = clips(
        lambda truth: [f"{(int(name[:3]) + 60) % 360:03d}+00" for name in truth], "where", "scene", -3.0
    )
    words = clips(lambda truth: truth, task="word")
    found = table(pd.concat([right, late, words]), PARAMS).set_index(["background", "half"])
    assert found.loc[("clean", "all"), "great_circle"] == 0
    assert found.loc[("scene", "all"), "great_circle"] == pytest.approx(60)
    assert found.loc[("scene", "all"), ["great_circle_low", "great_circle_high"]].tolist() == pytest.approx(
        [60, 60]
    )
    assert found.loc[("scene", "ahead"), "n"] == 7  # -90 to 90
    assert found.loc[("scene", "all"), "reversed"] == pytest.approx(
        2 / 8
    )  # two pass the side, four are there
    assert set(found.task) == {"where"}


def test_without_such_a_task_the_table_is_empty():
    assert len(table(clips(lambda truth: truth, task="word"), PARAMS)) == 0


def test_an_answer_that_is_no_direction_is_named():
    with pytest.raises(ValueError, match="'left' is not a direction"):
        errors(["000+00"], ["left"])
