"""Well-formed blocks of a listing of recordings, parsed and checked as a whole.

A block that differs in anything is left to the rows' own check, which names the row and what is wrong.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

LONGEST = 255  # bytes of a path
_LETTER = r"\pL\pN_()'+\-"
PATH = rf"^[{_LETTER}](?:(?:/?[{_LETTER} ]|\.)*(?:/?[{_LETTER}]|\.))?$"  # no closer look needed


@dataclass(frozen=True)
class Block:
    """Rows of a listing: paths in one Unicode form; labels and units as written; times in s."""

    files: pa.Array
    labels: list[pa.DictionaryArray]
    starts_s: np.ndarray
    ends_s: np.ndarray


def parse(block: bytes, header: Sequence[str], columns: Sequence[str]) -> Block | None:
    """Parse whole lines of a csv file; None unless every row is plain.

    columns : file, labels, start_s, end_s
    """
    block = block.replace(b"\r\n", b"\n") if b"\r" in block else block
    if b"\r" in block or b"\0" in block or b'"' in block:
        return None
    rows = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        if not block.isascii() and not unicodedata.is_normalized("NFC", block.decode()):
            return None
        files, *labels, starts_s, ends_s = _table(block, header, columns).columns
    except (UnicodeDecodeError, pa.ArrowException):
        return None
    starts_s, ends_s = starts_s.to_numpy(), ends_s.to_numpy()
    files = files.combine_chunks()
    right = (starts_s >= 0) & (starts_s < ends_s) & np.isfinite(ends_s)
    if len(files) != rows or not right.all() or not _are_plain(files):
        return None
    return Block(files, [label.combine_chunks().dictionary_encode() for label in labels], starts_s, ends_s)


def _table(block: bytes, header: Sequence[str], columns: Sequence[str]) -> pa.Table:
    places = [str(header.index(name)) for name in columns]
    kinds = [*(pa.large_string() for _ in columns[:-2]), pa.float64(), pa.float64()]
    return csv.read_csv(
        pa.BufferReader(block),
        csv.ReadOptions(
            use_threads=False,
            block_size=len(block) + 1,
            column_names=[str(place) for place in range(len(header))],
        ),
        csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=dict(zip(places, kinds, strict=True)), include_columns=places, null_values=[]
        ),
    )


def _are_plain(files: pa.Array) -> bool:
    return (
        pc.max(pc.binary_length(files)).as_py() <= LONGEST
        and pc.all(pc.match_substring_regex(files, PATH)).as_py()
    )
