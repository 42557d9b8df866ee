"""The user's table of responses."""

import numpy as np
import pandas as pd
import pytest

from heschl.encode.responses import ResponsesError
from heschl.encode.user_table import read

VALUES = np.random.default_rng(0).standard_normal(
    (3, 2, 2)
)  # sounds, responses, repeats: all of it synthetic
ROWS = [
    (sound, response, repeat + 1, VALUES[i, j, repeat], "p1", region)
    for i, sound in enumerate(["stim2", "stim1", "horn"])
    for j, (response, region) in enumerate({"v7": "A|B", "v3": ""}.items())
    for repeat in range(2)
]
TABLE = pd.DataFrame(ROWS, columns=["sound", "response", "repeat", "value", "participant", "region"])


def written(folder, table=TABLE, **options):
    table.to_parquet(folder / "responses.parquet", **options)
    return folder


def test_a_table_is_read_as_it_was_written(tmp_path):
    found = read(written(tmp_path))
    assert found.sounds == ("stim2", "stim1", "horn")
    assert found.names == ("v7", "v3")
    assert found.source == "table"
    assert found.participants.tolist() == ["p1", "p1"]
    assert found.regions.tolist() == ["A|B", ""]
    np.testing.assert_array_equal(found.values, VALUES)


@pytest.mark.parametrize("form", ["shuffled", "categories", "index", "numbers"])
def test_order_and_types_do_not_matter(tmp_path, form):
    table = TABLE.sample(frac=1, random_state=1) if form == "shuffled" else TABLE.copy()
    if form == "categories":
        table["repeat"] = pd.Categorical(table["repeat"], categories=[2, 1])
        table[["sound", "region"]] = table[["sound", "region"]].astype("category")
    if form == "index":
        table = table.set_index(["sound", "response"])
    if form == "numbers":
        table["response"] = table["response"].map({"v7": 7.0, "v3": 1234567.0})
        table[["repeat", "value"]] = table[["repeat", "value"]].astype("Float64")
    found = read(written(tmp_path, table))
    own = [
        ("v7", "v3").index(name) if form != "numbers" else ("7", "1234567").index(name)
        for name in found.names
    ]
    rows = [("stim2", "stim1", "horn").index(name) for name in found.sounds]
    np.testing.assert_array_equal(found.values, VALUES[rows][:, own])


def test_participant_and_region_may_be_left_out_and_values_be_missing(tmp_path):
    table = TABLE[["sound", "response", "repeat", "value"]].copy()
    table.loc[3, "value"] = np.nan
    found = read(written(tmp_path, table))
    assert found.names == ("v7",)
    assert found.participants.tolist() == [""]
    assert found.regions.tolist() == [""]
    assert found.excluded.to_numpy().tolist() == [["v3", "", "", "not finite in 1 of 3 sounds"]]


def changed(row, **cells):
    table = TABLE.copy().astype({"repeat": float})
    for column, value in cells.items():
        table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            TABLE.drop(index=6),
            "no row for sound 'stim1', response 'v3', repeat '1'; 11 rows for 3 sounds x 2 responses x 2",
        ),
        (TABLE.drop(index=11), "no row for sound 'horn', response 'v3', repeat '2'"),
        (TABLE.drop(index=11), "has 1 repeats or more: keep 1 of each, numbered 1 to 1. An empty value"),
        (TABLE.drop(index=[10, 11]), "Remove the 1 sounds or the 1 responses with missing rows"),
        (
            pd.concat([TABLE, TABLE.iloc[[4]]]),
            "row 13: sound 'stim1', response 'v7', repeat '1' already has row 5; 1 rows",
        ),
        (changed(2, sound=None), "row 3: sound is empty"),
        (changed(2, response=" "), "row 3: response is empty"),
        (changed(2, repeat=np.nan), "row 3: repeat is empty"),
        (
            changed(5, participant="p2"),
            "row 6: the participant of response 'v7' is 'p2', but 'p1' in earlier rows",
        ),
        (
            changed(5, region=None),
            "row 6: the region of response 'v7' is '', but 'A|B' in earlier rows".replace("|", r"\|"),
        ),
        (TABLE.assign(value="0.5"), "value has type str; expected numbers"),
        (
            TABLE.rename(columns={"region": "roi"}),
            "has the columns .*, roi; expected sound, response, repeat, value, and participant",
        ),
        (TABLE.drop(columns="repeat"), "has the columns sound, response, value"),
        (TABLE.iloc[:0], "has no rows"),
    ],
)
def test_errors_name_the_row(tmp_path, table, message):
    with pytest.raises(ResponsesError, match=message):
        read(written(tmp_path, table))


def test_a_file_that_is_not_parquet_is_an_error(tmp_path):
    with pytest.raises(ResponsesError, match=r"responses.parquet is missing"):
        read(tmp_path)
    (tmp_path / "responses.parquet").write_text("sound,response")
    with pytest.raises(ResponsesError, match="cannot be read as parquet"):
        read(tmp_path)


def test_names_that_look_like_numbers_or_gaps_stay_as_they_are(tmp_path):
    names = ["007", "7", "null", "NA", "no", "1e5", "nan", "None"]
    rows = [
        (sound, name, "01", row + i, name, name)
        for row, sound in enumerate(names)
        for i, name in enumerate(names)
    ]
    found = read(written(tmp_path, pd.DataFrame(rows, columns=TABLE.columns)))
    assert list(found.sounds) == list(found.names) == names
    assert found.participants.tolist() == found.regions.tolist() == names
