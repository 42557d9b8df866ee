"""A csv file of words, utterance,word,start_s,end_s: the rows of an utterance follow each other."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from pipeline.alignment.times.form import Aligned, Form, word
from pipeline.alignment.words import SILENT
from pipeline.spreadsheets import read_rows

COLUMNS = ("utterance", "word", "start_s", "end_s")


def _read(path: Path, name: str) -> Iterator[Aligned]:
    rows = read_rows(path, COLUMNS, "ignore")
    for utterance, block in groupby(rows, key=lambda pair: pair[1]["utterance"]):
        yield (
            utterance,
            [
                word(f"{path}, row {number}", row["word"], row["start_s"], row["end_s"])
                for number, row in block
                if row["word"].lower() not in SILENT
            ],
        )


TABLE = Form("csv", ("*.csv",), _read)
