"""Columns of the tables that `behavior` writes, {name: type}, in the order of the files.

The writers take the names from here, the readers names and types.
"""


def ends(name: str, value: str | None = None) -> dict[str, type]:
    """Return the columns of a value, `value` or else `name`, and its interval, `name`_low and `name`_high."""
    return dict.fromkeys((value or name, f"{name}_low", f"{name}_high"), float)


# Groups of listeners: the former also names a folder. The value of LOCAL is "own" because it is in tables and
# in names of MLflow metrics that are already written, and must stay comparable with them.
PUBLISHED, LOCAL = "published", "own"

CONDITION: dict[str, type] = {"task": str, "background": str, "snr_db": float}
PSYCHOMETRIC = CONDITION | ends("top1") | ends("top5") | ends("score") | {"n": int}
DIRECTIONS = (
    CONDITION
    | {"half": str}  # all, or ahead
    | ends("great_circle")
    | ends("azimuth")
    | ends("elevation")
    | ends("reversed")
    | {"chance": float, "n": int}  # chance: great circle, with the answers of a condition exchanged at random
)
FUNCTION = (
    {"background": str}
    | ends("threshold", "threshold_db")
    | ends("slope")
    | ends("ceiling")
    | {"rate": float, "guess": float, "tested": bool}
)
THRESHOLDS = {"task": str, "answers": int} | FUNCTION
HARDEST: dict[str, type] = {
    "task": str,
    "target": str,
    "truth": str,
    "source": str,
    "conditions": int,
    "wrong": float,
    "said": str,
    "key": str,
}

# listeners/<name>.csv
CONDITIONS = (
    {"group": str} | CONDITION | ends("listeners") | {"participants": int} | ends("network") | {"n": int}
)
# accuracy relative to clean, corrected for guessing
RELATIVE = {"group": str} | CONDITION | ends("listeners") | ends("network")
CONSISTENCY = {"task": str, "between": str, "conditions": str} | ends("kappa") | {"n": int}
CORRELATION = ends("r") | {"reliability": float, "r_corrected": float, "n": int}
ITEMS = {"task": str, "items": str, "measure": str} | CORRELATION
CONFUSED = {"task": str} | CORRELATION
