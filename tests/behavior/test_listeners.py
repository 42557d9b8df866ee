import numpy as np
import pandas as pd
import pytest

from heschl.behavior import listeners
from heschl.behavior.listeners import ListenersError

HEADER = "participant,clip,background,snr_db,task,response,correct"
LABELS = {"word": ["__genre__", "7", "null", "nan", "tiger"], "genre": ["__speech__", "jazz", "rock", "folk"]}
ANSWERS = {"word": 1, "genre": 2}
CLIPS = pd.DataFrame(
    [
        ("test-0", "word", "clean", np.nan, "7", "anna", "a@1"),
        ("test-1", "word", "scene", -9.0, "null", "bea", "b@1"),
        ("test-2", "word", "babble8", 3.0, "nan", "bea", "b@2"),
        ("test-3", "genre", "music", 0.0, "jazz", "trio", "t@1"),
    ],
    columns=["key", "task", "background", "snr_db", "truth", "source", "target"],
)
GOOD = [
    "p1,test-0,clean,,word,7,1",
    "p1,test-1,scene,-9,word,tiger,0",
    "p1,test-2,babble8,3.0,word,nan,1",
    "p1,test-3,music,0,genre,rock|jazz,1",
]


def write(folder, *rows, name="p1.csv", header=HEADER):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def read(path):
    return listeners.read(path, CLIPS, LABELS, ANSWERS)


def test_labels_stay_text_and_columns_of_the_clip_are_added(tmp_path):
    table = read(write(tmp_path, *GOOD))
    assert table["response"].tolist() == ["7", "tiger", "nan", "rock|jazz"]
    assert table["truth"].tolist() == ["7", "null", "nan", "jazz"]
    assert table["correct"].tolist() == [1, 0, 1, 1]
    assert table["snr_db"].tolist() == pytest.approx([np.nan, -9, 3, 0], nan_ok=True)
    assert table[["source", "target"]].to_numpy().tolist() == CLIPS[["source", "target"]].to_numpy().tolist()
    assert table["attention"].isna().all()


@pytest.mark.parametrize(
    ("right", "wrong"), [("1", "0"), ("1.0", "0.0"), ("TRUE", "FALSE"), ("true", "false"), ("True", "False")]
)
def test_an_empty_response_is_wrong_and_correct_is_read_as_programs_write_it(tmp_path, right, wrong):
    rows = [f"p1,test-0,clean,,word,7,{right}", f"p1,test-1,scene,-9,word,,{wrong}"]
    rows += [f"p1,test-3,music,0,genre,,{wrong}", f"p1,attention-1,clean,,attention,2,{right}"]
    table = read(write(tmp_path, *rows))
    assert table["correct"].tolist() == [1, 0, 0]
    assert table["response"].tolist() == ["7", "", ""]
    assert (table["attention"] == 1).all()


def test_a_folder_a_file_and_parquet_hold_the_same_trials(tmp_path):
    both = tmp_path / "both"
    both.mkdir()
    (both / "published").mkdir()
    (both / "README.md").write_text("Put files here.")
    others = [row.replace("p1", "p2") for row in GOOD]
    write(both, *GOOD)
    write(both, "", *others, name="p2.CSV", header="\ufeff" + HEADER.replace(",", ", "))
    one = write(tmp_path, *GOOD, *others)
    pd.testing.assert_frame_equal(read(both), read(one))
    typed = read(one)[list(listeners.COLUMNS)].astype({"correct": bool})
    typed.to_parquet(tmp_path / "all.parquet")
    pd.testing.assert_frame_equal(read(tmp_path / "all.parquet"), read(one))


def test_a_folder_without_tables(tmp_path):
    assert listeners.files(tmp_path) == []
    with pytest.raises(
        ListenersError,
        match=r"does not contain, a .csv or .parquet file. Put .* there: participant,clip,",
    ):
        read(tmp_path)
    with pytest.raises(ListenersError, match=r"missing; expected a \.csv"):
        read(tmp_path / "absent")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            HEADER.replace("participant", "particpant"),
            r"row 1: 'particpant' is not one of the columns \(did you mean 'participant'\?\); .* is missing",
        ),
        (HEADER + ",age", "row 2: 1 values for 8 columns"),  # a further column is left out
        (HEADER + ",task", "row 1: 'task' appears 2 times"),
        (HEADER.replace(",", ";"), "separated by semicolons: save it with commas"),
        (HEADER, "row 2: 1 values for 7 columns. Put quotation marks .* cut off"),
    ],
)
def test_a_wrong_column_is_named(tmp_path, header, said):
    with pytest.raises(ListenersError, match=rf"p1\.csv, {said}" if said.startswith("row") else said):
        read(write(tmp_path, "p1", header=header))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",test-0,clean,,word,7,1", "participant is empty"),
        (
            "p1,test-9,clean,,word,7,1",
            "clip is 'test-9', which is unknown; expected one of 4, from test-0 .*other shards",
        ),
        ("p1,test-1,scene,-6,word,tiger,0", "snr_db is -6, but -9 for clip 'test-1'"),
        (
            "p1,test-1,scene,,word,tiger,0",
            "snr_db is ''; expected a number in dB with a decimal point, such as -9",
        ),
        (
            'p1,test-1,scene,"-9,0",word,tiger,0',
            "snr_db is '-9,0'; expected a number in dB with a decimal point",
        ),
        (
            "p1,test-0,clean,inf,word,7,1",
            "snr_db is 'inf', but clip 'test-0' is clean; expected an empty cell",
        ),
        ("p1,test-1,music,-9,word,tiger,0", "background is 'music', but 'scene' for clip 'test-1'"),
        ("p1,test-1,scene,-9,genre,jazz,0", "task is 'genre', but 'word' for clip 'test-1'"),
        (
            "p1,test-1,scene,-9,wrod,tiger,0",
            "task is 'wrod'; expected one of word, .*, headphones; did you mean 'word'?",
        ),
        (
            "p1,test-1,scene,-9,word,Tigre,0",
            "response has 'Tigre', which is not one of the 4 labels of word; did you mean 'tiger'?",
        ),
        ("p1,test-1,scene,-9,word,,1", "correct is 1, but should be 0: the response .* is ''"),
        ("p1,test-3,music,0,genre,rock|,0", "response has '', which is not one of the 3 labels"),
        ("p1,test-1,scene,-9,word,__genre__,0", "response has '__genre__', a null class"),
        (
            "p1,test-1,scene,-9,word,tiger|7,0",
            "2 labels; expected 1 at most for word, as params say in behavior.answers",
        ),
        ("p1,test-3,music,0,genre,jazz|jazz,1", "contains a label twice"),
        ("p1,test-1,scene,-9,word,tiger,yes", "correct is 'yes'; expected 0 or 1, or FALSE or TRUE"),
        (
            "p1,test-1,scene,-9,word,tiger,1",
            "correct is 1, but should be 0: the response .* is 'tiger' and the true label 'null'",
        ),
        (
            "p1,attention-1,scene,-9,attention,2,1",
            "background is 'scene', snr_db '-9'; expected 'clean' and an empty cell",
        ),
        ("p1,attention-1,clean,,attention,two,1", "response is 'two'; expected a number"),
        (
            "p1,test-0,clean,,attention,2,1",
            "clip is 'test-0' in a row whose task is attention; expected .* 'attention-1'",
        ),
    ],
)
def test_an_impossible_row_is_named_with_what_was_expected(tmp_path, row, said):
    with pytest.raises(
        ListenersError,
        match=rf"(?s)1 of 2 rows cannot be used:\n  .*p1\.csv, row 3: .*{said}.*\nCorrect or remove them",
    ):
        read(write(tmp_path, "p2,test-0,clean,,word,tiger,0", row))


def test_a_repeated_trial_names_both_places(tmp_path):
    write(tmp_path, *GOOD)
    write(tmp_path, GOOD[1], name="p1 (1).csv")
    with pytest.raises(
        ListenersError,
        match=r"row 3: participant 'p1' answers clip 'test-1' again, first in .*p1 \(1\)\.csv, row 2",
    ):
        read(tmp_path)


def test_the_first_bad_rows_are_listed(tmp_path):
    with pytest.raises(
        ListenersError, match=r"(?s)7 of 8 rows.*row 3: .*row 7: .*\.\.\. and 2 more\n"
    ) as raised:
        read(write(tmp_path, "p1,test-0,clean,,word,7,1", *["p2,test-9,clean,,word,7,1"] * 7))
    assert "row 8" not in str(raised.value)


def test_a_table_of_other_shards_is_refused_after_a_hundred_rows(tmp_path):
    with pytest.raises(
        ListenersError,
        match=r"(?s)100 and more of the first 101 rows cannot be used.*\.\.\. and 96 or more\n",
    ):
        read(write(tmp_path, *[f"p{n},other-9,clean,,word,7,1" for n in range(300)]))


def test_a_folder_with_the_name_of_a_table_is_ignored(tmp_path):
    write(tmp_path, "p1,test-0,clean,,word,7,1")
    (tmp_path / "old.csv").mkdir()
    assert len(read(tmp_path)) == 1


def test_checks_are_separated_and_inattentive_listeners_left_out(tmp_path):
    rights = {("p1", "attention"): "1101", ("p2", "attention"): "0010", ("p1", "headphones"): "10"}
    checks = [
        f"{who},{task}-{n},clean,,{task},3,{right}"
        for (who, task), each in rights.items()
        for n, right in enumerate(each)
    ]
    trials = [row.replace("p1", who) for who in ("p1", "p2", "p3") for row in GOOD]
    table = read(write(tmp_path, *checks, *trials))
    assert len(table) == 12
    assert table.groupby("participant")["attention"].first().tolist() == pytest.approx(
        [0.75, 0.25, np.nan], nan_ok=True
    )
    assert table["headphones"].dropna().unique().tolist() == [0.5]
    kept, dropped = listeners.attentive(table, 0.75)
    assert dropped == {"p2": 0.25}
    assert set(kept["participant"]) == {"p1", "p3"}
    with pytest.raises(ListenersError, match="has no trials"):
        read(write(tmp_path, *checks))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_labels_that_look_like_numbers_or_gaps_stay_as_they_are(tmp_path, suffix):
    names = ["007", "7", "null", "NA", "no", "1e5", "nan", "None", "TRUE"]
    clips = pd.DataFrame(
        [(f"test-{n}", "word", "clean", np.nan, name, name, f"a@{n}") for n, name in enumerate(names)],
        columns=CLIPS.columns,
    )
    rows = [f"{name},test-{n},clean,,word,{name},1" for n, name in enumerate(names)]
    path = write(tmp_path, *rows)
    if suffix == "parquet":
        pd.read_csv(path, dtype=str, keep_default_na=False).to_parquet(tmp_path / "p1.parquet")
    table = listeners.read(tmp_path / f"p1.{suffix}", clips, {"word": names}, {"word": 1})
    for column in ("participant", "response", "truth"):
        assert table[column].tolist() == names
