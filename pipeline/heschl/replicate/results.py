"""The results of one training, as its stages wrote them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.behavior.columns import DIRECTIONS
from heschl.decode.columns import READOUTS
from heschl.encode.columns import SUMMARY
from heschl.localize.results import Localize, read_localize
from heschl.tables import read_csv, read_json


@dataclass(frozen=True, eq=False)
class Results:
    """What behavior, decode, encode and localize found for one network.

    behavior   : of behavior.json
    directions : as `behavior.columns.DIRECTIONS`; no row unless a task names directions
    readouts   : as `decode.columns.READOUTS`
    regions    : as `encode.columns.SUMMARY`
    """

    behavior: Mapping[str, Any]
    directions: pd.DataFrame
    readouts: pd.DataFrame
    regions: pd.DataFrame
    localized: Localize

    @property
    def tasks(self) -> list[str]:
        """Return the tasks, with words first."""
        return sorted(self.behavior["chance"], key=lambda task: task != "word")

    @property
    def readout_names(self) -> list[str]:
        """Return the names of the readouts, in the order of the table."""
        return list(dict.fromkeys(self.readouts.readout))

    def best(self, readout: str, model: str) -> pd.Series | None:
        """Return the row of the layer from which a readout of a model is best; None if none has a value."""
        rows = self.readouts[(self.readouts.readout == readout) & (self.readouts.model == model)]
        return rows.loc[rows.value.idxmax()] if rows.value.notna().any() else None

    def predicted(self, model: str) -> pd.DataFrame:
        """Return the rows of `regions` of a model, of regions that it predicts."""
        return self.regions[(self.regions.model == model) & self.regions.r2.notna()]


def read(metrics: Path) -> Results:
    """Read the results in a folder metrics/; raises FileNotFoundError or ValueError naming the file."""
    return Results(
        read_json(metrics / "behavior.json"),
        read_csv(metrics / "directions.csv", DIRECTIONS),
        read_csv(metrics / "decode" / "readouts.csv", READOUTS),
        read_csv(metrics / "encode" / "summary.csv", SUMMARY),
        read_localize(metrics),
    )
