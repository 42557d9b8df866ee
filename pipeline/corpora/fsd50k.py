"""FSD50K (Fonseca et al. 2022): FSD50K.{dev,eval}_audio/*.wav, and FSD50K.ground_truth/*.csv.

The kind of a sound is the first of its labels, the most specific one.
"""

from collections.abc import Iterator
from pathlib import Path

from pipeline.corpora.named import FREESOUND, TEST, TRAIN, VALIDATION, Named, Row, need, table_of

WHAT = "all parts of FSD50K.dev_audio, .eval_audio and .ground_truth, from zenodo.org/records/4060432"
SPLITS = {"train": TRAIN, "val": VALIDATION}


def _scenes(folder: Path, times: Path | None) -> Iterator[Row]:
    dev, test = (need(folder, f"FSD50K.ground_truth/{name}.csv", WHAT) for name in ("dev", "eval"))
    for name in ("dev", "eval"):
        need(folder, f"FSD50K.{name}_audio", WHAT)
    for row in table_of(dev, ("fname", "labels", "split")):
        yield _row(f"FSD50K.dev_audio/{row['fname']}.wav", row, SPLITS[row["split"]])
    for row in table_of(test, ("fname", "labels")):
        yield _row(f"FSD50K.eval_audio/{row['fname']}.wav", row, TEST)


def _row(file: str, row: dict[str, str], split: str) -> Row:
    return Row(file, row["labels"].split(",")[0], FREESOUND + row["fname"], split=split)


FSD50K = Named(
    name="fsd50k",
    title="FSD50K (Fonseca, Favory, Pons, Font & Serra 2022, IEEE/ACM Transactions on Audio 30, 829)",
    license="CC BY 4.0, a license for each clip",
    origin="https://zenodo.org/records/4060432",
    tables={"scenes": _scenes},
)
