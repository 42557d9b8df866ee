"""The registry of brain data: to add a data set, write its reader in one file here and name it in SOURCES.

A reader takes the folder `encode.folder` and returns `Responses`, made by `responses.clean`;
inputs/brain/README.md documents the files that it expects there.
"""

from collections.abc import Callable
from pathlib import Path

from heschl.encode import b2021, components, nh2015, user_table
from heschl.encode.responses import SIMULATED, Responses, ResponsesError

SOURCES: dict[str, Callable[[Path], Responses]] = {
    "components": components.read,
    "nh2015": nh2015.read,
    "b2021": b2021.read,
    "table": user_table.read,
}


def names() -> tuple[str, ...]:
    """Return the values that `encode.source` may have."""
    return *SOURCES, SIMULATED


def read(source: str, folder: str | Path) -> Responses:
    """Read the responses in a folder.

    source : a name in SOURCES
    raises : ResponsesError, or SpreadsheetError of rois.csv, naming the file and the remedy
    """
    if source not in SOURCES:
        raise ResponsesError(
            f"encode.source is {source!r}; expected one of {', '.join(SOURCES)} to read from a folder, or "
            f"{SIMULATED}."
        )
    return SOURCES[source](Path(folder))
