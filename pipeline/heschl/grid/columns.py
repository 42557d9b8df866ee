"""Columns of tables that compare networks."""

ALL, QUIET = "all", "clean"  # clips: every condition; without background
_ENDS = ("", "_low", "_high", "_spread")
ACCURACIES: dict[str, type] = {"task": str, "clips": str, **{f"accuracy{end}": float for end in _ENDS}}
DIFFERENCES: dict[str, type] = {f"difference{end}": float for end in (*_ENDS, "_p")}
