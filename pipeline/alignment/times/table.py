"""A csv file of words, utterance,word,start_s,end_s: the rows of an utterance follow each other.

words.csv of `heschl align` has the column `file` instead of `utterance`.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath

from pipeline.alignment.times.form import Aligned, Form, word
from pipeline.alignment.words import SILENT
from pipeline.spreadsheets import read_rows

COLUMNS = ("word", "start_s", "end_s")


def _read(path: Path, name: str) -> Iterator[Aligned]:
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        by_file = "file" in file.readline().strip().split(",")
    column = "file" if by_file else "utterance"
    rows = read_rows(path, (column, *COLUMNS), "ignore")
    for utterance, block in groupby(rows, key=lambda pair: pair[1][column]):
        yield (
            PurePosixPath(utterance).with_suffix("").as_posix() if by_file else utterance,
            [
                word(f"{path}, row {number}", row["word"], row["start_s"], row["end_s"])
                for number, row in block
                if row["word"].lower() not in SILENT
            ],
        )


TABLE = Form("csv", ("*.csv",), _read)
