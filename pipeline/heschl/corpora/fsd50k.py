"""FSD50K (Fonseca et al. 2022): FSD50K.{dev,eval}_audio/*.wav, and FSD50K.ground_truth/*.csv.

Only clips of one kind are used. A clip has the labels of its kinds and of all that these belong to: `Bark`,
`Dog`, `Animal`. A kind belongs to what all its clips are labeled with.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from heschl.corpora.named import FREESOUND, TEST, TRAIN, VALIDATION, Named, Row, need, one_of, table_of

WHAT = "all parts of FSD50K.dev_audio, .eval_audio and .ground_truth, from zenodo.org/records/4060432"
SPLITS = {"train": TRAIN, "val": VALIDATION}


def _scenes(folder: Path, times: Path | None) -> Iterator[Row]:
    dev, test = (need(folder, f"FSD50K.ground_truth/{name}.csv", WHAT) for name in ("dev", "eval"))
    for name in ("dev", "eval"):
        need(folder, f"FSD50K.{name}_audio", WHAT)
    rows = [
        ("dev", row["fname"], row["labels"].split(","), one_of(dev, SPLITS, row["split"]))
        for row in table_of(dev, ("fname", "labels", "split"))
    ]
    rows += [
        ("eval", row["fname"], row["labels"].split(","), TEST) for row in table_of(test, ("fname", "labels"))
    ]
    above = _above(labels for _, _, labels, _ in rows)
    for part, name, labels, split in rows:
        kinds = [one for one in labels if not any(one in above[other] for other in labels)]
        if len(kinds) == 1:
            yield Row(f"FSD50K.{part}_audio/{name}.wav", kinds[0], FREESOUND + name, split=split)


def _above(rows: Iterable[Sequence[str]]) -> dict[str, set[str]]:
    """Return, for each label, the others that it belongs to; of two that occur together, the later."""
    common: dict[str, list[str]] = {}
    for labels in rows:
        for label in labels:
            common[label] = [one for one in common.get(label, labels) if one in labels]
    return {
        label: {one for one in found if label not in common[one] or found.index(one) > found.index(label)}
        for label, found in common.items()
    }


FSD50K = Named(
    name="fsd50k",
    title="FSD50K (Fonseca, Favory, Pons, Font & Serra 2022, IEEE/ACM Transactions on Audio 30, 829)",
    license="CC BY 4.0, a license for each clip",
    origin="https://zenodo.org/records/4060432",
    tables={"scenes": _scenes},
)
