"""The tables and sounds of robustness, read for others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables
from heschl.robustness import columns


@dataclass(frozen=True, eq=False)
class Robustness:
    """What a network still names correctly when an adversary, or noise, changes clips.

    about  : robustness.json
    table  : as `columns.ROWS`
    heard  : the sounds, as `columns.HEARD`
    sounds : name of a file -> its bytes, of those that are there
    """

    about: Mapping[str, Any]
    table: pd.DataFrame
    heard: pd.DataFrame
    sounds: Mapping[str, bytes]


def read_robustness(folder: Path) -> Robustness | None:
    """Read the tables from the folder of long experiments; None if there are none.

    raises : as `tables.parsed`; ValueError for the name of a sound that is not in the folder itself
    """
    folder = folder / columns.FOLDER
    if not (folder / columns.ABOUT).is_file():
        return None
    heard = tables.read_csv(folder / columns.SOUNDS, columns.HEARD)
    sounds = {}
    for name in heard[["natural_file", "file", "noise_file"]].to_numpy().ravel():
        path = folder / name
        if path.name != name:
            raise ValueError(
                f"{folder / columns.SOUNDS}: {name!r} is not the name of a file; run `heschl robustness`"
            )
        if path.is_file():
            sounds[name] = path.read_bytes()
    table = tables.read_csv(folder / columns.ACCURACY, columns.ROWS)
    return Robustness(tables.read_json(folder / columns.ABOUT), table, heard, sounds)
