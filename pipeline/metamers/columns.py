"""The files of metamers, and their columns."""

FOLDER = "metamers"
METAMERS, NULL, ABOUT, NATURAL = "metamers.csv", "null.csv", "metamers.json", "natural"

Columns = dict[str, type]
METAMER: Columns = {
    "layer": str, "place": int, "sound": str, "key": str, "task": str, "label": str, "answer": str,
    "same": int, "accepted": int, "distance": float, "spearman": float, "pearson": float, "snr_db": float,
    "cochleagram_snr_db": float, "waveform_snr_db": float,
}  # fmt: skip
PAIRS: Columns = {"layer": str, "measure": str, "pairs": int, "median": float, "high": float}
