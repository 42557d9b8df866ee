"""The files that the page shows, read and checked: every error names the file and the remedy."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd


def csv(path, columns):
    """Read a table whose `columns` have the given types; labels stay text: "7" is a spoken digit and "null" a word."""
    empty = {column: ["", "nan"] if kind is float else [""] for column, kind in columns.items()}
    types = {"dtype": columns, "na_values": empty, "keep_default_na": str not in columns.values()}
    table = parsed(path, lambda text: pd.read_csv(io.StringIO(text), **types))
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"{path} lacks the columns {missing} (it has {list(table)}): delete it and run `dvc repro`")
    texts = [column for column, kind in columns.items() if kind is str]
    return table.assign(**{column: table[column].fillna("") for column in texts})  # "said" of what is never wrong


def matrix(path):
    """Read a square table of shares whose first column has the labels of the rows, which are those of the columns."""
    table = parsed(path, lambda text: pd.read_csv(io.StringIO(text), dtype={0: str}, keep_default_na=False, na_values={"": []}))
    labels = [str(label) for label in table.iloc[:, 0]]
    shares = table.iloc[:, 1:].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    if shares.shape != (len(labels), len(labels)):
        raise ValueError(f"{path} is {shares.shape[0]} x {shares.shape[1]}: expected a row and a column a label; run `dvc repro`")
    return pd.DataFrame(shares, labels, labels)


def arrays(path):
    """Read the arrays of an npz file by name; nothing in it is unpickled."""
    return _checked(path, _unzipped)


def parsed(path, parse):
    """Read a text file and parse it.

    raises : FileNotFoundError or ValueError that names the file and the remedy
    """
    return _checked(path, lambda file: parse(file.read_text(encoding="utf-8")))


def _unzipped(file):
    with np.load(file, allow_pickle=False) as found:
        return dict(found)


def _checked(path, read):
    try:
        return read(Path(path))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing, and the report shows it: run `dvc repro`") from None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read ({error}): delete it and run `dvc repro`") from None
