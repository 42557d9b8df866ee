import re

import pytest

from heschl.eccc.table import COLUMNS, Clip, EcccError, find, read
from tests.eccc.miniature import CELLS, HEADER, ROWS, made


def written(path, header, *rows):
    path.write_text("\n".join([header, *rows]))
    return path


def with_cells(path, **changes):
    cells = CELLS | {name.replace("_", "-"): value for name, value in changes.items()}
    return written(path, ",".join(COLUMNS), ",".join(f'"{cell}"' for cell in cells.values()))


def test_the_published_layout_is_read(tmp_path):
    path = find(made(tmp_path / "corpus"))
    clips = read(path)
    assert [clip.id for clip in clips] == ["1", "2", "30", "31", "32"]
    counts = {"lower": 8, "high": 4, "low": 3}
    assert clips[2] == Clip("30", 6400, "BMN3", -4.0, "s1", "low", counts, 15, "lower")
    assert clips[4].target == "high"  # in lower case
    assert clips[0].share("high") == pytest.approx(10 / 15)
    assert clips[0].share("never") == 0


def test_columns_may_have_other_case_order_spaces_and_neighbors(tmp_path):
    turned = [", ".join(reversed(line.split(","))) for line in (HEADER.lower(), *ROWS)]
    first = read(written(tmp_path / "turned.csv", *turned))
    assert first == read(written(tmp_path / "plain.csv", HEADER, *ROWS))


@pytest.mark.parametrize(
    ("responses", "counts"),
    [("a|b c", "9 6"), ("a; b c", "9; 6"), ("a/b c", "9|6"), ("a, b c", "9, 6"), ("A | b c", " 9  6 ")],
)
def test_separators_of_responses_and_counts_are_detected(tmp_path, responses, counts):
    (clip,) = read(with_cells(tmp_path / "a.csv", Responses=responses, Counts=counts))
    assert clip.responses == {"a": 9, "b c": 6}


def test_responses_alike_but_for_case_are_one(tmp_path):
    (clip,) = read(with_cells(tmp_path / "a.csv", Responses="May|may|way", Counts="5 4 3"))
    assert clip.responses == {"may": 9, "way": 3}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Counts": "9"}, r"Responses 'high\|low' are 2, Counts '9' are 1; expected as many"),
        ({"Responses": "high"}, r"Responses 'high' are 1, Counts '9 6' are 2"),
        ({"Counts": "9 x"}, "Counts '9 x' are 2; expected as many whole numbers"),
        ({"Counts": "9 7"}, "Counts add up to 16, N-Listeners is 15"),
        ({"Responses": "", "Counts": ""}, "expected as many whole numbers as responses"),
        ({"Length": "0"}, "Length is '0'; expected a whole number of at least 1"),
        ({"Length": "0.5"}, r"Length is '0\.5'; expected a whole number"),
        ({"SNR": "nan"}, "SNR is 'nan'; expected a number"),
        ({"N_Listeners": "many"}, "N-Listeners is 'many'"),
        ({"Target": "", "Confusion": ""}, "Target, Confusion empty"),
    ],
)
def test_errors_name_file_row_and_value(tmp_path, changes, message):
    path = with_cells(tmp_path / "a.csv", **changes)
    with pytest.raises(EcccError, match=f"^{re.escape(str(path))}, row 2: .*{message}"):
        read(path)


def test_missing_columns_repeated_ids_and_empty_tables_are_errors(tmp_path):
    with pytest.raises(EcccError, match=r"row 1: .*'Confusion' is missing"):
        read(written(tmp_path / "a.csv", HEADER.replace("Confusion", "Error"), *ROWS))
    with pytest.raises(EcccError, match=r"row 3: ID '1' appears again"):
        read(written(tmp_path / "a.csv", HEADER, ROWS[0], ROWS[0]))
    with pytest.raises(EcccError, match="has a header but no rows"):
        read(written(tmp_path / "a.csv", HEADER))


def test_the_table_is_found_by_its_name_or_as_the_only_one(tmp_path):
    with pytest.raises(EcccError, match="no such folder"):
        find(tmp_path / "absent")
    with pytest.raises(EcccError, match=r"no csv file; expected one table named confusionCorpus"):
        find(tmp_path)
    (tmp_path / "table.csv").touch()
    assert find(tmp_path).name == "table.csv"
    (tmp_path / "answers.csv").touch()
    with pytest.raises(EcccError, match=r"answers\.csv, table\.csv; expected one"):
        find(tmp_path)
    (tmp_path / "confusionCorpus_v1.2.csv").touch()
    assert find(tmp_path).name == "confusionCorpus_v1.2.csv"
