"""The files of metamers, and their columns."""

FOLDER = "metamers"
METAMERS, NULL, ABOUT, NATURAL = "metamers.csv", "null.csv", "metamers.json", "natural"
SOUNDS, LISTENERS = "natural.csv", "listeners.csv"

Columns = dict[str, type]
SOUND: Columns = {
    "sound": str, "key": str, "task": str, "label": str, "source": str, "target_file": str,
    "target_start_s": float, "word_start_s": float,
}  # fmt: skip
METAMER: Columns = {
    "layer": str, "place": int, "sound": str, "key": str, "task": str, "label": str, "answer": str,
    "same": int, "accepted": int, "distance": float, "spearman": float, "pearson": float, "snr_db": float,
    "cochleagram_snr_db": float, "waveform_snr_db": float,
}  # fmt: skip
PAIRS: Columns = {"layer": str, "measure": str, "pairs": int, "median": float, "high": float}
# listeners: of the task; participants: of trials that count
RECOGNIZED: Columns = {
    "task": str, "layer": str, "rank": int, "listeners": int, "participants": int, "sounds": int,
    "trials": int, "left_out": int, "recognized": float, "recognized_low": float, "recognized_high": float,
}  # fmt: skip
PEOPLE: Columns = {"trained": str, "layer": str, "rank": int, "people": float}
