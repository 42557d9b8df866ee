"""The tables of metamers and those of published listeners, read for others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables
from heschl.metamers import columns

PEOPLE = Path(__file__).parent / "people" / "feather_2023.csv"


@dataclass(frozen=True, eq=False)
class Metamers:
    """What a layer cannot tell from natural sounds, with one network.

    about : metamers.json
    table : of the metamers, as `columns.METAMER`
    null  : of pairs of other sounds, as `columns.PAIRS`
    recognized : what listeners recognized, as `columns.RECOGNIZED`; None if nobody listened
    """

    about: Mapping[str, Any]
    table: pd.DataFrame
    null: pd.DataFrame
    recognized: pd.DataFrame | None = None


def read_metamers(folder: Path) -> Metamers | None:
    """Read the tables from the folder of long experiments; None if there are none; as `tables.parsed`."""
    folder = folder / columns.FOLDER
    if not (folder / columns.ABOUT).is_file():
        return None
    heard = folder / columns.LISTENERS
    return Metamers(
        tables.read_json(folder / columns.ABOUT),
        tables.read_csv(folder / columns.METAMERS, columns.METAMER),
        tables.read_csv(folder / columns.NULL, columns.PAIRS),
        tables.read_csv(heard, columns.RECOGNIZED) if heard.is_file() else None,
    )


def published() -> pd.DataFrame:
    """Return what people recognized of the metamers of two published networks, as `columns.PEOPLE`."""
    return tables.read_csv(PEOPLE, columns.PEOPLE)
