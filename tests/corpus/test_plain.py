"""Blocks of a listing that are read as a whole hold what the rows' own check would find."""

import csv

import pandas as pd
import pytest

from heschl import spreadsheets
from heschl.corpus import plain
from heschl.corpus.categories import as_texts
from heschl.corpus.listings import read_listing
from heschl.corpus.tables import COLUMNS, CorpusError

WORDS = COLUMNS["words"]
HEADER = "speaker,file,note,start_s,end_s,word"
LABELS = ["007", "7", "null", "NA", "no", "1e5", "nan", "TRUE", "été"]
ROWS = [
    f"{LABELS[n % len(LABELS)]},p{n % 7}/{n:03d} (a).wav,,{n / 7},{n / 7 + 0.1},word {n % 5}"
    for n in range(300)
]


def block(*rows):
    return plain.parse("".join(f"{row}\n" for row in rows).encode(), HEADER.split(","), WORDS)


def written(folder, rows, end="\n", mark=""):
    (folder / "words.csv").write_bytes((mark + end.join([HEADER, *rows])).encode())
    return folder / "words.csv"


@pytest.mark.parametrize(("end", "mark"), [("\n", ""), ("\r\n", "\ufeff")])
def test_a_listing_in_blocks_is_what_the_csv_module_reads(tmp_path, monkeypatch, end, mark):
    monkeypatch.setattr(spreadsheets, "BLOCK", 1000)
    records = list(csv.DictReader([HEADER, *ROWS]))
    expected = pd.DataFrame(records, index=pd.Index(range(2, 302), name="row"), dtype="str")[list(WORDS)]
    expected = expected.astype({"start_s": float, "end_s": float})
    pd.testing.assert_frame_equal(as_texts(read_listing(written(tmp_path, ROWS, end, mark), WORDS)), expected)


def test_plain_rows_are_read_as_a_whole():
    found = block(*ROWS)
    assert len(found.files) == 300
    assert found.labels[1].to_pylist()[:9] == LABELS


@pytest.mark.parametrize(
    "row",
    [
        "anna,./a.wav,,0,1,one",
        "anna,a/../b.wav,,0,1,one",
        "anna,/a.wav,,0,1,one",
        "anna,a//b.wav,,0,1,one",
        "anna,C:a.wav,,0,1,one",
        "anna, a.wav,,0,1,one",
        "anna,a.wav ,,0,1,one",
        "anna,,,0,1,one",
        f"anna,{'x' * 256},,0,1,one",
        "anna,cafe\u0301.wav,,0,1,one",
        "anna,a\0.wav,,0,1,one",
        "anna,a.wav,,1,1,one",
        "anna,a.wav,,-1,1,one",
        "anna,a.wav,,nan,1,one",
        "anna,a.wav,,0,inf,one",
        "anna,a.wav,,0,,one",
        "anna,a.wav,,zero,1,one",
        "anna,a.wav,0,1,one",
        '"anna",a.wav,,0,1,one',
        "anna,a.wav,,0,1,one\rbert",
        "",
    ],
)
def test_a_row_that_needs_a_closer_look_leaves_its_block_to_it(row):
    assert block(ROWS[0], ROWS[1]) is not None
    assert block(ROWS[0], row, ROWS[1]) is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("anna,a.wav,,2,1,one", "start_s is 2.0"),
        ("anna,a.wav,,0,1,__one", "word is '__one'"),
        ("anna,a.wav,0,1,one", "5 values for 6 columns"),
        (ROWS[10], "also listed in row 12"),
        ('"an\nna",a.wav,,2,1,one', "start_s is 2.0"),
    ],
)
def test_bad_rows_after_blocks_and_blank_rows_keep_their_numbers(tmp_path, monkeypatch, row, message):
    monkeypatch.setattr(spreadsheets, "BLOCK", 1000)
    rows = [*ROWS[:150], "", row, *ROWS[150:], "anna,b.wav,,3,2,one"]
    first, last = 153 + row.count("\n"), 304 + row.count("\n")
    with pytest.raises(
        CorpusError, match=rf"(?s)2 of 302 rows.*row {first}: .*{message}.*row {last}: start_s"
    ):
        read_listing(written(tmp_path, rows), WORDS)
