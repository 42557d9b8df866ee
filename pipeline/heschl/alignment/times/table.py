"""A csv file of words, utterance,word,start_s,end_s: the rows of an utterance follow each other.

words.csv of `heschl align` has the column `file` instead of `utterance`.
"""

import csv
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from heschl.alignment.times.form import Aligned, Form, word
from heschl.spreadsheets import read_rows

COLUMNS = ("word", "start_s", "end_s")


def _read(path: Path, name: str) -> Iterator[Aligned]:
    column = "file" if "file" in _header(path) else "utterance"
    rows = read_rows(path, (column, *COLUMNS), "ignore")
    for text, block in groupby(rows, key=lambda pair: pair[1][column]):
        utterance = text if column == "utterance" else re.sub(r"\.[^./]*$", "", text)
        words = [(f"{path}, row {number}", *(row[name] for name in COLUMNS)) for number, row in block]
        yield utterance, [word(*each) for each in words]


def _header(path: Path) -> list[str]:
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])


TABLE = Form("csv", ("*.csv",), _read)
