"""The files of the results, and their columns."""

from heschl.grid.columns import ACCURACIES, DIFFERENCES

FOLDER = "retrain"  # in the folder of searches
ACCURACY, ABOUT = "accuracy.csv", "retrain.json"
OURS = "params.yaml"  # the network that others are compared with
ROWS: dict[str, type] = {
    "network": str, "parameters": int, "macs": int, "epochs": int, **ACCURACIES, **DIFFERENCES,
}  # fmt: skip
