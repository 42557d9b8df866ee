"""The answers that an MLflow run has recorded."""

from pathlib import Path

import pandas as pd

from heschl.evaluate import answers
from heschl.tracking import ANSWERS
from heschl.tracking.find import Wanted, artifacts_of

ANSWERED = Wanted(
    ANSWERS,
    (answers.CLIPS,),
    "answers",
    f"Name a table of answers, such as {answers.CLIPS}, or have a network answer: dvc repro -f evaluate.",
)


def answers_of(named: str) -> pd.DataFrame:
    """Return what a network answered to the test clips, from a run or from a table of answers.

    named  : path of a table, the start of a run's id, or a run's whole name
    raises : RunError if no such run can be used
    """
    if Path(named).is_file():
        return answers.read(Path(named))
    with artifacts_of(ANSWERED, named) as (_, folder):
        return answers.read(folder / answers.CLIPS)
