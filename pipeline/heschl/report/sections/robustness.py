"""How small a change makes the network name another class, where that was measured."""

from typing import Any

import pandas as pd

from heschl.report.figures.files import Drawn
from heschl.report.figures.robustness import by_size
from heschl.report.figures.svg import to_svg
from heschl.report.section import Content
from heschl.report.text.words import decimal, percent
from heschl.robustness.columns import ADVERSARY, NOISE, NONE
from heschl.robustness.results import Robustness

ATTACK = ["task", "input", "norm"]


def content(found: Robustness | None, run_id: str) -> Content | None:
    """Return a figure, a table and sounds; None if nothing was measured.

    run_id : of the page's network
    """
    if found is None:
        return None
    clean, changed = (found.table[(found.table.change == NONE) == same] for same in (True, False))
    drawn = Drawn(by_size(changed, clean.set_index("task").accuracy.to_dict()), found.table)
    context: dict[str, object] = {
        "clips": int(found.table.clips.max()),
        "steps": found.about["params"]["steps"],
        "restarts": found.about["params"]["restarts"],
        "current": found.about["run_id"] == run_id,
        "network": found.about["network"],
        "figure": to_svg(drawn.figure, "Accuracy against the size of a change", "robustness"),
        "clean": {row.task: _share(row) for row in clean.itertuples()},
        "rows": [_row(own) for _, own in changed.groupby([*ATTACK, "epsilon"], sort=False)],
        "sounds": [_sound(row, found.sounds) for row in found.heard.to_dict("records")],
    }
    return Content(context, {"robustness": drawn})


def _row(own: pd.DataFrame) -> dict[str, object]:
    """Return the cells of an attack at one epsilon."""
    by_change = {row.change: row for row in own.itertuples()}
    first = own.iloc[0]
    return {
        **{name: first[name] for name in (*ATTACK, "epsilon")},
        "snr": decimal(by_change[ADVERSARY].snr_db, 0),
        "adversary": _share(by_change[ADVERSARY]),
        "noise": _share(by_change[NOISE]),
    }


def _share(row: Any) -> dict[str, str]:
    return {
        "share": percent(row.accuracy, 0),
        "low": percent(row.accuracy_low, 0),
        "high": percent(row.accuracy_high, 0),
    }


def _sound(row: dict[str, Any], sounds: dict[str, bytes]) -> dict[str, object]:
    """Return a sound to hear; its files are those that are there."""
    files = {"as it is": "natural_file", "changed by the adversary": "file", "with noise": "noise_file"}
    return row | {
        "snr": decimal(row["snr_db"], 0),
        "files": {title: sounds[row[column]] for title, column in files.items() if row[column] in sounds},
    }
