"""Names and descriptions of runs that say what came out, for whoever reads a list of runs."""

import re
from collections.abc import Mapping
from contextlib import suppress

from heschl.tracking.store import client
from heschl.tracking.unsent import deliver

NAME, NOTE = "mlflow.runName", "mlflow.note.content"  # tags of MLflow
GIVEN = "heschl.name"  # tag: the last name that the pipeline gave the run
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")  # the name of a run whose result is not known yet
CLEAN = "_clean"  # ending of the accuracies that a name has


def name_by_result(run_id: str, accuracies: Mapping[str, float]) -> None:
    """Call a run by its data and accuracies, such as "synthetic word 75 genre 82".

    A name that a person or `dvc exp run -n` gave the run stays.

    accuracies : by name, such as word_clean; those of clean clips are used
    """
    with suppress(Exception):  # a store that fails leaves the run its earlier name
        run = client().get_run(run_id)
        name = run.info.run_name or ""
        if TIME.fullmatch(name) or name == run.data.tags.get(GIVEN):
            clean = {key.removesuffix(CLEAN): x for key, x in accuracies.items() if key.endswith(CLEAN)}
            said = [f"{key} {100 * x:.0f}" for key, x in clean.items()]
            new = " ".join([run.data.params.get("corpus.source", ""), *said]).strip()
            deliver(run_id, {"kind": "tags", "values": {NAME: new, GIVEN: new}})


def describe(run_id: str, text: str) -> bool:
    """Set the description of a run, which MLflow shows above its metrics; return False if there is no run."""
    return deliver(run_id, {"kind": "tags", "values": {NOTE: text.replace("\u00a0", " ")}})
