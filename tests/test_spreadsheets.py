import pandas as pd
import pytest

from heschl.spreadsheets import SpreadsheetError, read_rows

COLUMNS = ("name", "value")


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_have_the_numbers_of_an_editor_and_stripped_text(tmp_path):
    text = '\ufeffvalue, name\r\n\r\n1, "b, c"\r\n"two\nlines",null\r\n,\r\n,NA\r\n'
    found = list(read_rows(write(tmp_path / "a.csv", text), COLUMNS))
    assert found == [
        (3, {"name": "b, c", "value": "1"}),
        (5, {"name": "null", "value": "two\nlines"}),
        (7, {"name": "NA", "value": ""}),
    ]


def test_other_columns_are_refused_or_ignored(tmp_path):
    path = write(tmp_path / "a.csv", "note,value,name,note\nx,1,a,y\n")
    assert list(read_rows(path, COLUMNS, others="ignore")) == [(2, {"name": "a", "value": "1"})]
    with pytest.raises(
        SpreadsheetError, match=r"row 1: 'note' is not one of .* Expected name,value: rename or remove"
    ):
        list(read_rows(path, COLUMNS))


def test_rows_of_the_wrong_length_can_be_reported_instead(tmp_path):
    path, problems = write(tmp_path / "a.csv", "name,value\na\nb,1\nc,2,3\n"), []
    found = list(read_rows(path, COLUMNS, report=lambda *problem: problems.append(problem)))
    assert found == [(3, {"name": "b", "value": "1"})]
    assert [number for number, _ in problems] == [2, 4]
    assert problems[1][1].startswith("3 values for 2 columns. Put quotation marks")


def test_parquet_reads_as_csv(tmp_path):
    table = pd.DataFrame({"name": ["a ", None], "value": [True, False]})
    table.to_parquet(tmp_path / "a.parquet")
    found = list(read_rows(tmp_path / "a.parquet", COLUMNS))
    assert found == [(2, {"name": "a", "value": "1"}), (3, {"name": "", "value": "0"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty. Its first row must be name,value"),
        (b"name,value\ncaf\xe9,1\n", r"is not UTF-8 \(.* at byte 14, row 2\). Save it as CSV UTF-8"),
        ('name,value\n"a,1\n', "row 2: .* Check the quotation marks"),
        ("name,value\na,1\nb\n", "row 3: 1 values for 2 columns. Put quotation marks .* complete the row"),
        (
            "Name,value\na,1\n",
            r"row 1: 'Name' is not one of the columns \(did you mean 'name'\?\); 'name' is missing",
        ),
        ("name,value,name\n", "row 1: 'name' appears 2 times"),
        ("name;value\n", "'name' is missing; .*separated by semicolons: save it with commas"),
        ("name\tvalue\n", "separated by tabs: save it with commas"),
    ],
)
@pytest.mark.parametrize("others", ["refuse", "ignore"])
def test_what_does_not_fit_names_the_file_the_row_and_the_remedy(tmp_path, content, message, others):
    with pytest.raises(SpreadsheetError, match=rf"a\.csv.*{message}"):
        list(read_rows(write(tmp_path / "a.csv", content), COLUMNS, others))


def test_missing_and_broken_files(tmp_path):
    for name in ("none.csv", "none.parquet"):
        with pytest.raises(
            SpreadsheetError, match=f"{name} is missing. Write one with the columns name,value"
        ):
            list(read_rows(tmp_path / name, COLUMNS))
    with pytest.raises(SpreadsheetError, match=r"a.parquet cannot be read as parquet \(.*\). Write it again"):
        list(read_rows(write(tmp_path / "a.parquet", "no parquet"), COLUMNS))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SpreadsheetError, match=r"folder.csv cannot be read .*Is a directory"):
        list(read_rows(tmp_path / "folder.csv", COLUMNS))
