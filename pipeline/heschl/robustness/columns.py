"""The files of robustness, and their columns."""

FOLDER = "robustness"
ACCURACY, SOUNDS, ABOUT = "accuracy.csv", "sounds.csv", "robustness.json"
ADVERSARY, NOISE, NONE = "adversary", "noise", "none"  # what changed the clips

Columns = dict[str, type]
ROWS: Columns = {
    "task": str, "input": str, "norm": str, "epsilon": float, "change": str, "clips": int, "snr_db": float,
    "accuracy": float, "accuracy_low": float, "accuracy_high": float,
}  # fmt: skip
HEARD: Columns = {
    "file": str, "noise_file": str, "natural_file": str, "task": str, "key": str, "label": str, "answer": str,
    "norm": str, "epsilon": float, "snr_db": float,
}  # fmt: skip
