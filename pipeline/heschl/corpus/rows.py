"""The rows of a listing of recordings, checked one by one and held in little memory."""

import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath

import numpy as np
import pandas as pd
import pyarrow as pa

from heschl.corpus import plain
from heschl.corpus.names import checked, control, nfc

BLOCK = 2**16  # texts
LONGEST = 255  # bytes of a file's name
PLAIN = re.compile(r"[\w ,()\'+-][\w ,()\'+./-]*[\w ,()\'+.-]")  # a path that needs no closer look


class Rows:
    """Rows of a csv file: file, labels, start_s, end_s.

    columns : of the table
    numbers : of the rows, as an editor numbers them
    """

    def __init__(self, columns: Sequence[str]):
        self.columns = tuple(columns)
        self.numbers = array("q")
        self._files = _Texts()
        self._labels = [_Labels(name) for name in columns[1:-2]]
        self._starts_s, self._ends_s, self._hashes = array("d"), array("d"), array("q")

    def add(self, number: int, record: Mapping[str, str]) -> None:
        """Add a row.

        raises : ValueError if a value cannot be used
        """
        file, (start_s, end_s) = _relative(record["file"]), _bounds(record["start_s"], record["end_s"])
        codes = [labels[record[labels.name]] for labels in self._labels]
        for labels, code in zip(self._labels, codes, strict=True):
            labels.codes.append(code)
        self.numbers.append(number)
        self._files.append(file)
        self._starts_s.append(start_s)
        self._ends_s.append(end_s)
        self._hashes.append(hash((nfc(file), start_s, end_s)))

    def add_block(self, first: int, header: Sequence[str], text: bytes) -> bool:
        """Add whole lines of a csv file, the first of them row `first`, unless one needs a closer look."""
        block = plain.parse(text, header, self.columns)
        if block is None:
            return False
        pairs = list(zip(self._labels, block.labels, strict=True))
        try:
            codes = [labels.coded(cells) for labels, cells in pairs]
        except ValueError:
            return False
        for labels, each in zip(self._labels, codes, strict=True):
            labels.codes.frombytes(each.tobytes())
        self.numbers.frombytes(np.arange(first, first + len(block.files), dtype=np.int64).tobytes())
        self._files.extend(block.files)
        self._starts_s.frombytes(block.starts_s.tobytes())
        self._ends_s.frombytes(block.ends_s.tobytes())
        parts = zip(block.files.to_pylist(), block.starts_s.tolist(), block.ends_s.tolist(), strict=True)
        self._hashes.extend(map(hash, parts))
        return True

    def table(self) -> pd.DataFrame:
        """Return the rows as a table; its index `row` is the row of the csv file."""
        texts = [self._files.column(), *(labels.column() for labels in self._labels)]
        values = [*texts, np.asarray(self._starts_s), np.asarray(self._ends_s)]
        index = pd.Index(np.asarray(self.numbers), name="row")
        return pd.DataFrame(dict(zip(self.columns, values, strict=True)), index=index, copy=False)

    def repeated(self, table: pd.DataFrame) -> Iterator[tuple[int, str]]:
        """Yield the number of each row that lists the part of an earlier row, and the problem.

        table : as `table` returns it
        """
        hashes = np.asarray(self._hashes)
        ordered = np.sort(hashes)
        candidates = table[np.isin(hashes, ordered[1:][ordered[1:] == ordered[:-1]])]
        first: dict[tuple[str, float, float], int] = {}
        for number, row in zip(candidates.index, candidates.itertuples(index=False), strict=True):
            before = first.setdefault((nfc(row.file), row.start_s, row.end_s), number)
            if before != number:
                part = f"{row.file} from {row.start_s} to {row.end_s} s"
                yield number, f"{part} is also listed in row {before}; remove one"


class _Texts:
    """A column of texts, in blocks, each of which has a text once."""

    def __init__(self) -> None:
        self._blocks: list[pa.Array] = []
        self._open: list[str] = []

    def append(self, text: str) -> None:
        self._open.append(text)
        if len(self._open) >= BLOCK:
            self._close()

    def extend(self, texts: pa.Array) -> None:
        self._close()
        self._blocks.append(texts.dictionary_encode())

    def column(self) -> pd.Categorical:
        self._close()
        texts = pa.chunked_array(
            self._blocks, pa.dictionary(pa.int32(), pa.large_string())
        ).unify_dictionaries()
        codes = np.concatenate([block.indices.to_numpy() for block in texts.chunks])
        names = texts.chunk(0).dictionary if texts.num_chunks else pa.array([], pa.large_string())
        return pd.Categorical.from_codes(codes, pd.Index(pd.array(names, dtype="str")))

    def _close(self) -> None:
        self._blocks.append(pa.array(self._open, pa.large_string()).dictionary_encode())
        self._open = []


class _Labels(dict[str, int]):
    """A column of labels or units' names, most of them repeated: cell -> code; each is checked once.

    name  : of the column
    codes : of the rows
    """

    def __init__(self, name: str):
        super().__init__()
        self.name = name
        self.codes = array("i")

    def __missing__(self, cell: str) -> int:
        checked(self.name, cell)
        return self.setdefault(cell, len(self))

    def coded(self, cells: pa.DictionaryArray) -> np.ndarray:
        """Return the code of each cell, int32; ValueError if one cannot be a name."""
        codes = np.array([self[cell.strip()] for cell in cells.dictionary.to_pylist()], dtype=np.int32)
        return codes[cells.indices.to_numpy()]

    def column(self) -> pd.Categorical:
        numbers, labels = pd.factorize(pd.Index([checked(self.name, cell) for cell in self], dtype="str"))
        return pd.Categorical.from_codes(numbers[np.asarray(self.codes)], labels)


def _relative(file: str) -> str:
    longest = max(len(part.encode()) for part in file.split("/")) if len(file) > LONGEST / 4 else 0
    if longest > LONGEST:
        raise ValueError(
            f"file has a name of {longest} bytes ({file[:20]!r}...); expected at most {LONGEST}: "
            "rename the file"
        )
    if PLAIN.fullmatch(file) and "//" not in file and "/." not in file:
        return file
    path = PurePosixPath(file)
    if not path.parts:
        raise ValueError(f"file is {file!r}; expected a path relative to the folder")
    if control(file):
        raise ValueError(f"file is {file!r}; expected no control character, {control(file)}: rename the file")
    if path.is_absolute() or PureWindowsPath(file).drive or ".." in path.parts:
        raise ValueError(
            f"file {file!r} lies outside the folder; move or link it into the folder, and write its path "
            f"relative to the folder, without '..'"
        )
    return str(path)


def _bounds(start: str, end: str) -> tuple[float, float]:
    start_s, end_s = _seconds("start_s", start), _seconds("end_s", end)
    if not 0 <= start_s < end_s:
        raise ValueError(
            f"start_s is {start_s}, end_s {end_s}; expected 0 <= start_s < end_s, in seconds: "
            "are they swapped?"
        )
    return start_s, end_s


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ValueError(f"{name} is {text!r}; expected seconds, such as 1.25")
    return seconds
