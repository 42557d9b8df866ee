"""Tables, matrices and metrics that one stage writes and another reads, as files.

The writer of a table declares its columns, {name: type}, in a light module that its readers import, such as
`heschl.decode.columns`. Every error names the file and the remedy.
"""

import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from heschl import work

Parsed = TypeVar("Parsed")
BLOCK = 10_000  # rows of a table that are written at once
FORMULA = re.compile("'*[=+@\\-\t\r\uff1d\uff0b\uff0d\uff20]")  # how a formula begins, perhaps escaped


def write_csv(path: Path, table: pd.DataFrame) -> Path:
    """Write a table as csv, with the index only if it has a name; create the folder; return the path.

    Texts are `escaped`; `read_csv` and `read_matrix` undo it.
    """
    starts = range(0, max(1, len(table)), BLOCK)
    return write_csv_blocks(path, (table.iloc[start : start + BLOCK] for start in starts))


def write_csv_blocks(path: Path, blocks: Iterable[pd.DataFrame]) -> Path:
    """Write a table as `write_csv` does, from its rows in blocks of the same columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with work.replacing(path, "w") as file:
        for number, block in enumerate(blocks):
            rows = _mapped(block, escaped)
            rows.to_csv(file, index=block.index.name is not None, header=number == 0)
    return path


def escaped(value: Any) -> Any:
    """Return a text that a spreadsheet program would take for a formula with an apostrophe before it.

    Numbers, such as -3.0, and other values stay. Source: OWASP, "CSV Injection".
    """
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) and not _is_number(value) else value


def unescaped(value: Any) -> Any:
    """Return the value of which `escaped` made `value`."""
    return value[1:] if isinstance(value, str) and value[:1] == "'" and FORMULA.match(value) else value


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _mapped(table: pd.DataFrame, change: Callable[[Any], Any]) -> pd.DataFrame:
    """Return a table with its texts changed: cells, names of columns and rows."""
    kinds = table.dtypes.items()
    texts = [name for name, kind in kinds if kind.kind == "O" or isinstance(kind, pd.StringDtype)]
    changed = table.assign(**{name: table[name].map(change) for name in texts})
    return changed.rename(index=change if table.index.name is not None else None, columns=change)


def write_json(path: Path, values: Mapping[str, Any]) -> Path:
    """Write nested values as JSON, as `without_nan` returns them; create the folder; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with work.replacing(path, "w") as file:
        file.write(json.dumps(without_nan(values), indent=1, allow_nan=False))
    return path


def without_nan(value: Any) -> Any:
    """Return nested values as JSON has them: lists, Python scalars, and None in place of NaN and infinity.

    value : mappings, lists, tuples, arrays, NumPy or Python scalars
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {name: without_nan(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def read_json(path: str | Path) -> dict[str, Any]:
    """Read nested values; raises as `parsed`."""
    return parsed(path, json.loads)


def read_csv(path: str | Path, columns: Mapping[str, type]) -> pd.DataFrame:
    """Read a table whose `columns` have the given types; it may have others.

    Text stays text: "7" is a spoken digit and "null" a word. Empty text is "", an empty number is NaN.
    raises : as `parsed`, and ValueError if a column is missing
    """
    empty = {column: ["", "nan"] if kind is float else [""] for column, kind in columns.items()}
    types = {"dtype": columns, "na_values": empty, "keep_default_na": str not in columns.values()}
    table = _mapped(parsed(path, lambda text: pd.read_csv(io.StringIO(text), **types)), unescaped)
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(
            f"{path} lacks the columns {missing} (it has {list(table)}): delete it and run `dvc repro`"
        )
    texts = [column for column, kind in columns.items() if kind is str]
    return table.assign(**{column: table[column].fillna("") for column in texts})


def read_matrix(path: str | Path) -> pd.DataFrame:
    """Read a square table of numbers; its first column names the rows, by the same labels as the columns.

    returns : (labels, labels) float, indexed by label both ways
    raises  : as `parsed`, and ValueError if the table is not square
    """
    types = {"dtype": {0: str}, "keep_default_na": False, "na_values": {"": []}}
    table = parsed(path, lambda text: pd.read_csv(io.StringIO(text), **types))
    labels = [unescaped(str(label)) for label in table.iloc[:, 0]]
    values = table.iloc[:, 1:].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    if values.shape != (len(labels), len(labels)):
        raise ValueError(
            f"{path} has {values.shape[0]} rows and {values.shape[1]} columns of numbers: expected one row "
            "and one column per label; delete it and run `dvc repro`"
        )
    return pd.DataFrame(values, labels, labels)


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read the arrays of an npz file by name, without unpickling; raises as `parsed`."""
    return _checked(path, _unzipped)


def parsed(path: str | Path, parse: Callable[[str], Parsed]) -> Parsed:
    """Read a text file and parse it.

    raises : FileNotFoundError if the file is missing, ValueError if it cannot be parsed; both name the file
             and the remedy
    """
    return _checked(path, lambda file: parse(file.read_text(encoding="utf-8")))


def _unzipped(file: Path) -> dict[str, np.ndarray]:
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def _checked(path: str | Path, read: Callable[[Path], Parsed]) -> Parsed:
    try:
        return read(Path(path))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing: run `dvc repro`") from None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read ({error}): delete it and run `dvc repro`") from None
