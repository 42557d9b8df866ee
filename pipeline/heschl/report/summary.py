"""The few numbers by which experiments are compared: metrics/summary.json, the metrics of `dvc exp show`."""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from heschl.activations.names import NETWORK, UNTRAINED
from heschl.report.inputs import Inputs
from heschl.tables import write_json
from heschl.tasks import TASKS

FILE = "summary.json"
MOST = 15  # values: each is a column of `dvc exp show`
SNR = re.compile(r"_at_(-?[\d.]+)dB$")  # in a name of behavior.json's summary
COMPARED = ("r", "rmse_relative", "thresholds_rho")  # of the comparison with listeners
ALL = "all"  # the region that holds every response


def write(folder: Path, read: Inputs) -> Path:
    """Write summary.json to a folder of metrics; return its path."""
    return write_json(folder / FILE, summary(read.behavior.metrics, read.decode.about, read.encode.about))


def summary(
    behavior: Mapping[str, Any], decode: Mapping[str, Any], encode: Mapping[str, Any]
) -> dict[str, float]:
    """Return at most 15 finite numbers by name, the most important first.

    behavior, decode, encode : behavior.json, decode.json and encode.json
    names : word_clean, word_at_+3_dB   share of the test clips named correctly
            word_threshold_dB           SNR of the threshold, mean over backgrounds
            word_r_published            correlation with published listeners over conditions
            word_rmse_relative_...      rms difference of accuracies relative to clean
            word_thresholds_rho_...     rank correlation of the backgrounds' thresholds
            word_silenced               share correct without the part that has the answer
            encode, encode_untrained    r2 of all responses in the best layer
            decode_word                 a readout in its best layer
    """
    values = (
        (name, float(value))
        for name, value in _values(behavior, decode, encode)
        if value is not None and math.isfinite(value)
    )
    return dict(islice(values, MOST))


def _values(
    behavior: Mapping[str, Any], decode: Mapping[str, Any], encode: Mapping[str, Any]
) -> Iterator[tuple[str, float | None]]:
    for name, value in sorted(behavior["summary"].items(), key=lambda each: _place(each[0])):
        yield SNR.sub(lambda found: f"_at_{float(found[1]):+g}_dB", name), value
    for task, backgrounds in sorted(behavior.get("threshold", {}).items(), key=lambda each: _place(each[0])):
        found = [each["threshold_db"] for each in backgrounds.values() if each["threshold_db"] is not None]
        yield f"{task}_threshold_dB", fmean(found) if found else None
    for group, tasks in behavior.get("listeners", {}).items():
        for task, each in tasks.items():
            yield from ((f"{task}_{name}_{group}", each.get(name)) for name in COMPARED)
    yield from ((name, each["top1"]) for name, each in behavior.get("control", {}).items())
    best = encode.get("best", {}).get(ALL, {})
    for model, name in ((NETWORK, "encode"), (UNTRAINED, "encode_untrained")):
        yield name, best.get(model, {}).get("r2")
    readouts = sorted(decode.get("best", {}).items(), key=lambda each: _place(each[0]))
    yield from ((f"decode_{name}", each["value"]) for name, each in readouts)


def _place(name: str) -> int:
    """Return the place among the tasks of the one whose name begins `name`; others come last."""
    return next((place for place, task in enumerate(TASKS) if name.startswith(task)), len(TASKS))
