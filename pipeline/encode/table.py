"""A table of one's own responses: responses.parquet, a row for every sound, response and repeat."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.encode.arrays import text, there
from pipeline.encode.responses import Responses, ResponsesError, clean

FILE = "responses.parquet"
KEYS = ("sound", "response", "repeat")
OPTIONAL = ("participant", "region")
COLUMNS = (*KEYS, "value", *OPTIONAL)


def read(folder: Path) -> Responses:
    """Read responses.parquet, with the columns sound, response, repeat, value and, where there are any, participant and region.

    Sounds and responses keep the order in which they first come; repeats are sorted. An empty value is one that was not measured.
    raises : ResponsesError naming the row (the first is 1), sound and response
    """
    path = there(folder, FILE)
    table = _columns(path)
    codes, names = zip(*(_coded(table[key], key, path) for key in KEYS), strict=True)
    values = _dense(path, table["value"], codes, names)
    groups = [_of_response(path, table.get(column), column, codes[1], names[1]) for column in OPTIONAL]
    return clean(names[0], values, names[1], *groups, "table")


def _columns(path: Path) -> pd.DataFrame:
    try:
        there_are = [
            name for name in pq.read_schema(path).names if not name.startswith("__")
        ]  # __index_level_0__
        unknown, missing = set(there_are) - set(COLUMNS), set(COLUMNS[:4]) - set(there_are)
        if unknown or missing or len(set(there_are)) < len(there_are):
            raise ResponsesError(
                f"{path} has the columns {', '.join(there_are)}; expected {', '.join(COLUMNS[:4])}, and {' and '.join(OPTIONAL)} if known."
            )
        table = pq.read_table(path, columns=there_are).to_pandas(
            ignore_metadata=True
        )  # which may make an index of columns
    except (pa.ArrowException, OSError) as error:
        raise ResponsesError(f"{path} cannot be read as parquet ({error}). Write it again.") from None
    if not len(table):
        raise ResponsesError(f"{path} has no rows.")
    if not pd.api.types.is_numeric_dtype(table["value"]):
        raise ResponsesError(
            f"{path}: value has type {table['value'].dtype}; expected numbers. Write it again with astype(float)."
        )
    return table


def _coded(column: pd.Series, key: str, path: Path) -> tuple[np.ndarray, list[str]]:
    """Return (rows,) int and what each number stands for, by first appearance; repeats sorted."""
    if (
        isinstance(column.dtype, pd.CategoricalDtype) and key == "repeat"
    ):  # whose order is not that of its values
        column = column.astype(column.cat.categories.dtype)
    codes, values = pd.factorize(column, sort=key == "repeat")
    names = [text(value) for value in values]
    empty = (codes < 0) | np.isin(codes, [code for code, name in enumerate(names) if not name])
    if empty.any():
        raise ResponsesError(f"{path}, row {np.argmax(empty) + 1}: {key} is empty.")
    return codes.astype(np.int64), names


def _dense(
    path: Path, value: pd.Series, codes: tuple[np.ndarray, ...], names: tuple[list[str], ...]
) -> np.ndarray:
    """Return (sounds, responses, repeats); every cell has exactly one row."""
    shape = tuple(map(len, names))
    cells = (codes[0] * shape[1] + codes[1]) * shape[2] + codes[2]
    order = np.argsort(cells, kind="stable")
    found = cells[order]
    twice = np.flatnonzero(found[1:] == found[:-1])
    if len(twice):
        first, again = order[twice[0]] + 1, order[twice[0] + 1] + 1
        raise ResponsesError(
            f"{path}, row {again}: {_cell(found[twice[0]], names)} stands in row {first} already; {len(twice)} rows are there again. "
            f"Keep one of each."
        )
    if len(found) < np.prod(shape, dtype=float):
        gap = int(np.argmax(np.append(found, -1) != np.arange(len(found) + 1)))
        raise ResponsesError(
            f"{path}: no row for {_cell(gap, names)}; {len(found)} rows for {shape[0]} sounds x {shape[1]} responses x {shape[2]} repeats. "
            f"Add it, with an empty value if it was not measured, or leave that sound, response or repeat out of all rows."
        )
    return value.to_numpy(np.float64, na_value=np.nan)[order].reshape(shape)


def _cell(cell: int, names: tuple[list[str], ...]) -> str:
    rest, repeat = divmod(int(cell), len(names[2]))
    sound, response = divmod(rest, len(names[1]))
    return f"sound {names[0][sound]!r}, response {names[1][response]!r}, repeat {names[2][repeat]!r}"


def _of_response(
    path: Path, column: pd.Series | None, what: str, responses: np.ndarray, names: list[str]
) -> np.ndarray:
    """Return the participant or region of each response, (responses,) str: the same in all its rows."""
    if column is None:
        return np.full(len(names), "")
    codes, values = pd.factorize(column)
    every = [*map(text, values), ""]  # -1: empty
    first = np.full(len(names), -1)
    first[responses[::-1]] = codes[::-1]  # what comes last stays: the first row
    differ = np.flatnonzero(codes != first[responses])
    if len(differ):
        row = differ[0]
        before = every[first[responses[row]]]
        raise ResponsesError(
            f"{path}, row {row + 1}: {what} of response {names[responses[row]]!r} is {every[codes[row]]!r}, and {before!r} in rows before. "
            f"A response has one {what}; several regions are joined by '|'."
        )
    return np.array(every)[first]
