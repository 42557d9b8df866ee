"""A network's answers to clips as tables, one row per clip: written by `evaluate`, read by others."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from heschl.tables import read_csv, write_csv_blocks
from heschl.work import replacing

CLIPS, SILENCED, PROBABILITIES = "clips.csv", "silenced.csv", "probabilities"
KEY = "__key__"  # column of the probabilities that names the clip
COLUMNS: dict[str, type] = {
    "key": str, "task": str, "background": str, "snr_db": float, "source": str, "target": str,
    "truth": str, "answer": str,
    "correct": int, "rank": int, "probability": float, "truth_probability": float, "top5": str,
}  # fmt: skip


class AnswersError(ValueError):
    """A table of answers that cannot be read; names the file and the remedy."""


@dataclass(frozen=True, eq=False)
class Answers:
    """A network's answers to clips.

    clips         : one row per clip, with the columns COLUMNS
                    key, task, background, snr_db (nan when clean), source : of the clip
                    target                         : recording and second that the clip was cut from
                    truth, answer                  : labels
                    correct                        : 0 or 1
                    rank                           : of the true label, 1 is most probable
                    probability, truth_probability : of the answer and of the true label
                    top5                           : the five most probable labels, joined by "|"
    probabilities : by task, one row per clip: __key__, and the probability of each label
    """

    clips: pd.DataFrame
    probabilities: Mapping[str, pd.DataFrame]


def joined(blocks: Iterable[Answers]) -> Answers:
    """Return the answers of all blocks as one."""
    found = list(blocks)
    clips = pd.concat([block.clips for block in found], ignore_index=True)
    tables = {
        task: pd.concat([block.probabilities[task] for block in found], ignore_index=True)
        for task in found[0].probabilities
    }
    return Answers(clips, tables)


def write(folder: Path, blocks: Iterable[Answers], control: Iterable[Answers]) -> dict[str, tuple[int, int]]:
    """Write clips.csv and probabilities/<task>.parquet, and the clips of the control to silenced.csv.

    They are written block by block, and each takes its name when it is whole.

    returns : task -> number of clips and of correct answers
    """
    counts: dict[str, tuple[int, int]] = {}
    (folder / PROBABILITIES).mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_files:
        writers: dict[str, parquet.ParquetWriter] = {}

        def clips() -> Iterator[pd.DataFrame]:
            for block in blocks:
                for task, table in block.probabilities.items():
                    rows = pa.Table.from_pandas(table, preserve_index=False)
                    if task not in writers:
                        file = open_files.enter_context(replacing(folder / PROBABILITIES / f"{task}.parquet"))
                        writer = parquet.ParquetWriter(file, rows.schema)
                        writers[task] = open_files.enter_context(writer)
                    writers[task].write_table(rows)
                for task, rows in block.clips.groupby("task"):
                    known, right = counts.get(task, (0, 0))
                    counts[task] = known + len(rows), right + int(rows["correct"].sum())
                yield block.clips

        write_csv_blocks(folder / CLIPS, clips())
        write_csv_blocks(folder / SILENCED, (block.clips for block in control))
    return counts


def read(path: Path) -> pd.DataFrame:
    """Read clips.csv or silenced.csv as `Answers.clips`; labels stay text, even "7" and "null".

    raises : AnswersError where the file is missing, unreadable or lacks a column
    """
    if not path.is_file():
        raise AnswersError(f"{path} is missing. Let the network answer the test clips: dvc repro evaluate.")
    try:
        return read_csv(path, COLUMNS)
    except ValueError as error:
        raise AnswersError(str(error)) from None


def labels_of(folder: Path) -> dict[str, list[str]]:
    """Return the possible answers by task, in the order of the probabilities' columns."""
    found = sorted((folder / PROBABILITIES).glob("*.parquet"))
    return {path.stem: [name for name in parquet.read_schema(path).names if name != KEY] for path in found}


def summary_line(counts: Mapping[str, tuple[int, int]]) -> str:
    """Return the number of clips and the share correct of each task, from what `write` returns, as text."""
    shares = ", ".join(f"{task} {right / clips:.1%}" for task, (clips, right) in sorted(counts.items()))
    total = sum(clips for clips, _ in counts.values())
    return f"{total} test clips; correct over all backgrounds and SNRs: {shares}"
