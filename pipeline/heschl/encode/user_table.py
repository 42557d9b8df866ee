"""The user's responses: responses.parquet, a row for each sound, response and repeat.

Pandas reads it column by column: the table may have millions of numbers, too many for rows of text, which
`heschl.spreadsheets` would yield.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from heschl.encode.arrays import file_in, text
from heschl.encode.responses import Responses, ResponsesError, clean

FILE = "responses.parquet"
KEYS = ("sound", "response", "repeat")
OPTIONAL = ("participant", "region")
COLUMNS = (*KEYS, "value", *OPTIONAL)


def read(folder: Path) -> Responses:
    """Read responses.parquet: columns sound, response, repeat, value and, if known, participant and region.

    Sounds and responses keep the order of their first rows; repeats are sorted. An empty value was not
    measured.
    raises : ResponsesError naming the row (the first is 1), sound and response
    """
    path = file_in(folder, FILE)
    table = _columns(path)
    codes, names = zip(*(_coded(table[key], key, path) for key in KEYS), strict=True)
    values = _dense(path, table["value"], codes, names)
    groups = [_of_response(path, table.get(column), column, codes[1], names[1]) for column in OPTIONAL]
    return clean(names[0], values, names[1], *groups, "table")


def _columns(path: Path) -> pd.DataFrame:
    try:
        names = [
            name for name in pq.read_schema(path).names if not name.startswith("__")
        ]  # __index_level_0__
        unknown, missing = set(names) - set(COLUMNS), set(COLUMNS[:4]) - set(names)
        if unknown or missing or len(set(names)) < len(names):
            raise ResponsesError(
                f"{path} has the columns {', '.join(names)}; expected {', '.join(COLUMNS[:4])}, and "
                f"{' and '.join(OPTIONAL)} if known. Rename or remove columns."
            )
        # pandas' metadata may turn columns into an index
        table = pq.read_table(path, columns=names).to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError) as error:
        raise ResponsesError(f"{path} cannot be read as parquet ({error}). Write it again.") from None
    if not len(table):
        raise ResponsesError(f"{path} has no rows. Write it again.")
    if not pd.api.types.is_numeric_dtype(table["value"]):
        raise ResponsesError(
            f"{path}: value has type {table['value'].dtype}; expected numbers. Write it again with "
            "astype(float)."
        )
    return table


def _coded(column: pd.Series, key: str, path: Path) -> tuple[np.ndarray, list[str]]:
    """Return a code for each row, (rows,) int, and each code's text: by first occurrence; repeats sorted."""
    if (
        isinstance(column.dtype, pd.CategoricalDtype) and key == "repeat"
    ):  # categories may be in another order
        column = column.astype(column.cat.categories.dtype)
    codes, values = pd.factorize(column, sort=key == "repeat")
    names = [text(value) for value in values]
    empty = (codes < 0) | np.isin(codes, [code for code, name in enumerate(names) if not name])
    if empty.any():
        raise ResponsesError(f"{path}, row {np.argmax(empty) + 1}: {key} is empty. Fill it in.")
    return codes.astype(np.int64), names


def _dense(
    path: Path, value: pd.Series, codes: tuple[np.ndarray, ...], names: tuple[list[str], ...]
) -> np.ndarray:
    """Return (sounds, responses, repeats); ResponsesError where a cell does not have exactly one row."""
    shape = tuple(map(len, names))
    cells = (codes[0] * shape[1] + codes[1]) * shape[2] + codes[2]
    order = np.argsort(cells, kind="stable")
    sorted_cells = cells[order]
    repeated = np.flatnonzero(sorted_cells[1:] == sorted_cells[:-1])
    if len(repeated):
        first, again = order[repeated[0]] + 1, order[repeated[0] + 1] + 1
        raise ResponsesError(
            f"{path}, row {again}: {_cell(sorted_cells[repeated[0]], names)} already has row {first}; "
            f"{len(repeated)} rows are repeated. Keep one of each."
        )
    if len(sorted_cells) < np.prod(shape, dtype=float):
        gap = int(np.argmax(np.append(sorted_cells, -1) != np.arange(len(sorted_cells) + 1)))
        repeats = np.bincount(cells // shape[2], minlength=shape[0] * shape[1])
        raise ResponsesError(
            f"{path}: no row for {_cell(gap, names)}; {len(sorted_cells)} rows for {shape[0]} sounds x "
            f"{shape[1]} responses x {shape[2]} repeats. {_remedy(repeats, shape)}"
        )
    return value.to_numpy(np.float64, na_value=np.nan)[order].reshape(shape)


def _remedy(repeats: np.ndarray, shape: tuple[int, ...]) -> str:
    """Return what to remove so that all repeats are there; repeats : of each sound and response."""
    least = int(repeats.min())
    if least:
        return (
            f"Every sound and response has {least} repeats or more: keep {least} of each, numbered 1 to "
            f"{least}. An empty value in place of a row leaves its whole response out."
        )
    table = repeats.reshape(shape[:2]) < shape[2]
    return (
        f"Remove the {int(table.any(axis=1).sum())} sounds or the {int(table.any(axis=0).sum())} responses "
        "with missing rows. An empty value in place of a row leaves its whole response out."
    )


def _cell(cell: int, names: tuple[list[str], ...]) -> str:
    rest, repeat = divmod(int(cell), len(names[2]))
    sound, response = divmod(rest, len(names[1]))
    return f"sound {names[0][sound]!r}, response {names[1][response]!r}, repeat {names[2][repeat]!r}"


def _of_response(
    path: Path, column: pd.Series | None, noun: str, responses: np.ndarray, names: list[str]
) -> np.ndarray:
    """Return the participant or region of each response, (responses,) str: the same in all its rows."""
    if column is None:
        return np.full(len(names), "")
    codes, values = pd.factorize(column)
    every = [*map(text, values), ""]  # code -1: an empty cell
    first = np.full(len(names), -1)
    first[responses[::-1]] = codes[::-1]  # the last assignment holds: that of the first row
    differ = np.flatnonzero(codes != first[responses])
    if len(differ):
        row = differ[0]
        before = every[first[responses[row]]]
        raise ResponsesError(
            f"{path}, row {row + 1}: the {noun} of response {names[responses[row]]!r} is "
            f"{every[codes[row]]!r}, but {before!r} in earlier rows. Give each response one {noun}; join "
            "several regions with '|'."
        )
    return np.array(every)[first]
