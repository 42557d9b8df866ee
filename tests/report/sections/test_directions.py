"""The section on where sounds come from; the answers are SYNTHETIC."""

from dataclasses import replace

import pandas as pd
import pytest

from heschl.behavior.directions import table
from heschl.report import page
from heschl.report.sections import directions as section
from tests.behavior.test_directions import PARAMS, clips
from tests.helpers.report_page import words


def turned(by):
    return lambda truth: [f"{(int(name[:3]) + by) % 360:03d}+00" for name in truth]


@pytest.fixture(scope="module")
def found():
    noisy = [clips(turned(60), "where", "scene", snr_db) for snr_db in (-6.0, 0.0)]
    return table(pd.concat([clips(turned(30)), *noisy]), PARAMS)


def test_without_such_a_task_there_is_no_section(read):
    assert section.content(read.behavior.directions, 0.95) is None
    assert "Where sounds come from" not in page.render(read)


def test_errors_are_said_with_what_chance_would_give(read, found):
    said = words(page.render(replace(read, behavior=replace(read.behavior, directions=found))))
    assert "Where sounds come from" in said
    assert "Of clean clips from ahead, its answers are 30°" in said
    assert "(by chance 90°)" in said
    rows = section.content(found, 0.95).context["rows"]
    assert [(row["snr_db"], row["great_circle"][:3]) for row in rows] == [
        ("", "30°"),
        ("−6", "60°"),
        ("0", "60°"),
    ]
