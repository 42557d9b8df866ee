"""The files of this stage, and their columns."""

FOLDER, VALUES, SCORES, ABOUT = "localize", "values.csv", "scores.csv", "localize.json"
CLAIMS = "claims.csv"
NETWORK, PEOPLE = "network", "people"  # who, in the table of values

Columns = dict[str, type]
VALUES_COLUMNS: Columns = {
    "experiment": str, "who": str, "condition": str, "x": float, "measure": str, "value": float,
    "error": float, "n": float, "compared": int,
}  # fmt: skip
SCORES_COLUMNS: Columns = {
    "experiment": str, "title": str, "source": str, "r": float, "rmse": float, "compared": int,
    "missing": int, "sounds": int, "x_label": str, "value_label": str, "logarithmic": int,
}  # fmt: skip
CLAIMS_COLUMNS: Columns = {"experiment": str, "title": str, "claim": str, "holds": int}
