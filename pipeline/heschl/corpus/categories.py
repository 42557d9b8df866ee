"""Columns of texts as categories, which take at most 4 bytes a row: each text is kept once."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals


def as_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its columns of texts as categories."""
    return table.astype(dict.fromkeys(table.select_dtypes(["object", "str"]).columns, "category"))


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its categories as texts."""
    return table.astype(dict.fromkeys(table.select_dtypes("category").columns, "str"))


def renamed(column: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """Return a column of categories with other names, where there are any; equal ones become one category."""
    numbers, found = pd.factorize(
        pd.Index([names.get(old, old) for old in column.cat.categories], dtype="str")
    )
    numbers = np.append(numbers, -1)  # of missing texts
    values = pd.Categorical.from_codes(numbers[column.cat.codes], found)
    return pd.Series(values, column.index, name=column.name)


def concatenated(columns: Iterable[pd.Series]) -> pd.Categorical:
    """Return the values of several columns of categories, one after the other."""
    return union_categoricals([column.array for column in columns])
