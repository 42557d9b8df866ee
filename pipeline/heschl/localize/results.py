"""The tables of this stage, read for others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables
from heschl.localize import columns


@dataclass(frozen=True, eq=False)
class Localize:
    """Published experiments on where people hear a sound, with one network; no row if it names no directions.

    about  : localize.json
    values : of network and people, as `columns.VALUES_COLUMNS`
    scores : how alike they are, as `columns.SCORES_COLUMNS`
    claims : statements about the network, and whether they hold, as `columns.CLAIMS_COLUMNS`
    """

    about: Mapping[str, Any]
    values: pd.DataFrame
    scores: pd.DataFrame
    claims: pd.DataFrame


def read_localize(metrics: Path) -> Localize:
    """Read the results from a folder of metrics; raises as `tables.parsed`."""
    folder = metrics / columns.FOLDER
    return Localize(
        tables.read_json(folder / columns.ABOUT),
        tables.read_csv(folder / columns.VALUES, columns.VALUES_COLUMNS),
        tables.read_csv(folder / columns.SCORES, columns.SCORES_COLUMNS),
        tables.read_csv(folder / columns.CLAIMS, columns.CLAIMS_COLUMNS),
    )
