"""The files of the experiment's results, and their columns."""

from heschl.grid.columns import ACCURACIES

PUBLISHED, MATCHED = "published", "matched"  # forms: the same table; its width set for equal parameters
BASE, FROZEN = "base", "frozen"  # a network of the other tasks; one that is added to its layers
TOGETHER = "all"  # in the column moved: all tasks split at the same layer
FOLDER = "branch"  # in the folder of searches
ACCURACY, BEST, TRANSFER, ABOUT = "accuracy.csv", "best.csv", "transfer.csv", "branch.json"
ROWS: dict[str, type] = {
    "form": str, "moved": str, "after": str, "shared": int, "width": float, "parameters": int, "macs": int,
    **ACCURACIES,
}  # fmt: skip
POINTS: dict[str, type] = {  # from_input, from_last: differences of the mean from those of the end points
    "form": str, "moved": str, "after": str, "shared": int, "mean": float, "mean_low": float,
    "mean_high": float, "mean_spread": float,
    **{f"from_{end}{part}": float for end in ("input", "last") for part in ("", "_low", "_high", "_p")},
    "best": float,
}  # fmt: skip
TRANSFERRED: dict[str, type] = {
    "seed": int, "branch": str, "layer": str, "depth": int, "readout": str, "value": float, "chance": float,
}  # fmt: skip
