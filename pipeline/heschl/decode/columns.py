"""Columns of the tables that `decode` writes, {name: type}, in the order of the files.

Writers take the names from here and readers the types. Nothing heavy is imported.
"""

PLACE: dict[str, type] = {"model": str, "layer": str, "branch": str, "depth": int, "readout": str}
READOUTS = (
    PLACE
    | {"measure": str}
    | dict.fromkeys(("value", "low", "high", "shuffled", "shuffled_low", "shuffled_high", "chance"), float)
    | {"sources": str, "n": int, "units": int, "splits": int}
)
ITEMS = PLACE | {"item": str, "value": float}
