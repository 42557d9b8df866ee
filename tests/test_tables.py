"""What is written is read back, text stays text, and every error names the file and the remedy."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from heschl import tables

COLUMNS = {"label": str, "share": float, "n": int, "right": bool}
TABLE = pd.DataFrame(
    [("null", 0.5, 3, True), ("7", np.nan, 0, False), ("", 1.0, 1, True), ("nan", 0.0, 2, False)],
    columns=list(COLUMNS),
)


def test_a_table_is_read_as_it_was_written(tmp_path):
    path = tables.write_csv(tmp_path / "new" / "table.csv", TABLE)
    pd.testing.assert_frame_equal(tables.read_csv(path, COLUMNS), TABLE)


def test_a_named_index_is_written(tmp_path):
    path = tables.write_csv(tmp_path / "table.csv", TABLE.set_index("label").rename_axis("truth"))
    assert path.read_text().startswith("truth,share")
    assert tables.write_csv(path, TABLE).read_text().startswith("label,share")


def test_what_is_not_finite_is_null(tmp_path):
    values = {"a": np.nan, "b": {"c": -np.inf, "d": [1.5, np.nan]}, "e": np.float64("nan"), "f": "nan"}
    path = tables.write_json(tmp_path / "new" / "values.json", values)
    expected = {"a": None, "b": {"c": None, "d": [1.5, None]}, "e": None, "f": "nan"}
    assert tables.without_nan(values) == expected
    arrays = {"a": np.array([np.nan, 0.1]), "b": (np.int64(3), np.array(["x"], object)), "c": np.float64(0.1)}
    assert json.dumps(tables.without_nan(arrays)) == '{"a": [null, 0.1], "b": [3, ["x"]], "c": 0.1}'
    assert tables.read_json(path) == json.loads(path.read_text()) == expected


def test_a_missing_column_is_named(tmp_path):
    path = tables.write_csv(tmp_path / "table.csv", TABLE.drop(columns="share"))
    with pytest.raises(ValueError, match=r"table.csv lacks the columns \['share'\] \(it has .*dvc repro"):
        tables.read_csv(path, COLUMNS)


@pytest.mark.parametrize("read", [lambda path: tables.read_csv(path, COLUMNS), tables.read_json])
def test_a_file_that_is_missing_or_broken_is_named(tmp_path, read):
    with pytest.raises(FileNotFoundError, match=r"values is missing: run `dvc repro`"):
        read(tmp_path / "values")
    (tmp_path / "values").write_text("")
    with pytest.raises(ValueError, match=r"values cannot be read \(.*\): delete it and run `dvc repro`"):
        read(tmp_path / "values")


def test_a_matrix_keeps_its_labels_and_empty_rows(tmp_path):
    shares = pd.DataFrame([[0.5, 0.5], [np.nan, np.nan]], ["7", "null"], ["7", "null"])
    path = tables.write_csv(tmp_path / "matrix.csv", shares.rename_axis("truth"))
    pd.testing.assert_frame_equal(tables.read_matrix(path), shares)
    tables.write_csv(path, shares.iloc[:1].rename_axis("truth"))
    with pytest.raises(ValueError, match=r"matrix.csv has 1 rows and 2 columns of numbers: expected one row"):
        tables.read_matrix(path)


def test_arrays_are_read_by_name_and_never_unpickled(tmp_path):
    np.savez(tmp_path / "arrays.npz", a=np.arange(3), b=np.array(["x"]))
    arrays = tables.read_arrays(tmp_path / "arrays.npz")
    np.testing.assert_array_equal(arrays["a"], np.arange(3))
    assert list(arrays["b"]) == ["x"]
    np.savez(tmp_path / "arrays.npz", a=np.array([None], dtype=object))
    with pytest.raises(ValueError, match=r"arrays.npz cannot be read.*allow_pickle"):
        tables.read_arrays(tmp_path / "arrays.npz")


FORMULAS = [
    "=1+1",
    "+cmd",
    "-x",
    "@sum",
    "'=1",
    "''-x",
    "\tx",
    "-7",
    "+1.5",
    "'quoted",
    "a=b",
    "\uff1d1",
    "-inf",
]


def test_no_text_is_a_formula_in_a_spreadsheet_and_all_are_read_back(tmp_path):
    table = pd.DataFrame({"label": FORMULAS, "share": np.linspace(-6, 6, len(FORMULAS))})
    path = tables.write_csv(tmp_path / "table.csv", table)
    with open(path, newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert cells == [
        "'=1+1", "'+cmd", "'-x", "'@sum", "''=1", "'''-x", "'\tx", "-7", "+1.5", "'quoted", "a=b",
        "'\uff1d1", "'-inf",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(tables.read_csv(path, {"label": str, "share": float}), table)


def test_labels_of_a_matrix_are_escaped_and_read_back(tmp_path):
    matrix = pd.DataFrame(np.eye(2), ["=a", "-3"], ["=a", "-3"])
    path = tables.write_csv(tmp_path / "matrix.csv", matrix.rename_axis("truth"))
    assert path.read_text().splitlines() == ["truth,'=a,-3", "'=a,1.0,0.0", "-3,0.0,1.0"]
    pd.testing.assert_frame_equal(tables.read_matrix(path), matrix)
