"""The verdict on a control follows from its interval."""

import pytest

from pipeline.report.sections import control


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.02, 0.06, "within the"), (0.06, 0.1, "below"), (0.01, 0.04, "above")]
)
def test_verdict(low, high, words):
    assert f"Chance lies {words}" in control.verdict({"top1_low": low, "top1_high": high, "chance": 0.05})
