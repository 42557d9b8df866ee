import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.behavior import listeners
from pipeline.behavior.listeners import ListenersError

ROOT = Path(__file__).parents[2]
REAL = (
    Path(os.environ.get("HESCHL_RECORDINGS", ROOT.parent / "shared" / "data"))
    / "listeners"
    / "word_in_noise.csv"
)
PUBLISHED = ROOT / "inputs" / "listeners" / "published" / "word.csv"
HEADER = "participant,clip,background,snr_db,task,response,correct"
LABELS = {"word": ["__genre__", "7", "null", "nan", "tiger"], "genre": ["__speech__", "jazz", "rock", "folk"]}
ANSWERS = {"word": 1, "genre": 2}
CLIPS = pd.DataFrame(
    [
        ("test-0", "word", "clean", np.nan, "7", "anna", "a@1"), ("test-1", "word", "scene", -9.0, "null", "bea", "b@1"),
        ("test-2", "word", "babble8", 3.0, "nan", "bea", "b@2"), ("test-3", "genre", "music", 0.0, "jazz", "trio", "t@1"),
    ],
    columns=["key", "task", "background", "snr_db", "truth", "source", "target"],
)  # fmt: skip
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


def test_labels_stay_text_and_what_is_known_of_the_clip_is_joined(tmp_path):
    table = read(write(tmp_path, *GOOD))
    assert table["response"].tolist() == ["7", "tiger", "nan", "rock|jazz"]
    assert table["truth"].tolist() == ["7", "null", "nan", "jazz"]
    assert table["correct"].tolist() == [1, 0, 1, 1]
    assert table["snr_db"].tolist() == pytest.approx([np.nan, -9, 3, 0], nan_ok=True)
    assert table[["source", "target"]].to_numpy().tolist() == CLIPS[["source", "target"]].to_numpy().tolist()
    assert table["attention"].isna().all()


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
        match=r"holds no .csv or .parquet file. Put the listeners' trials there: participant,clip,",
    ):
        read(tmp_path)
    with pytest.raises(ListenersError, match=r"missing; expected a \.csv"):
        read(tmp_path / "absent")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            HEADER.replace("participant", "particpant"),
            r"row 1: 'particpant' is none of the columns \(is it 'participant'\?\); 'participant' is missing",
        ),
        (HEADER + ",age", "row 1: 'age' is none of the columns. Expected .* rename or remove"),
        (HEADER + ",task", "row 1: 'task' is there 2 times"),
        (HEADER.replace(",", ";"), "parted by ';': save it with commas"),
        (HEADER, "row 2: 1 values for 7 columns. Put quotation marks .* cut off"),
    ],
)  # fmt: skip
def test_a_wrong_column_is_named(tmp_path, header, said):
    with pytest.raises(ListenersError, match=rf"p1\.csv, {said}" if said.startswith("row") else said):
        read(write(tmp_path, "p1", header=header))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",test-0,clean,,word,7,1", "participant is empty"),
        ("p1,test-9,clean,,word,7,1", "clip is 'test-9', which is unknown; expected one of 4, from test-0 to test-3. .*other shards"),
        ("p1,test-1,scene,-6,word,tiger,0", "snr_db is -6, but that of clip 'test-1' is -9"),
        ("p1,test-1,scene,,word,tiger,0", "snr_db is ''; expected a number of dB, such as -9"),
        ("p1,test-1,scene,\"-9,0\",word,tiger,0", "snr_db is '-9,0'; expected .* with a point"),
        ("p1,test-0,clean,inf,word,7,1", "snr_db is 'inf', but clip 'test-0' is clean; .* Empty it"),
        ("p1,test-1,music,-9,word,tiger,0", "background is 'music', but that of clip 'test-1' is 'scene'"),
        ("p1,test-1,scene,-9,genre,jazz,0", "task is 'genre', but that of clip 'test-1' is 'word'"),
        ("p1,test-1,scene,-9,wrod,tiger,0", "task is 'wrod'; expected one of word, genre, attention, headphones; is it 'word'?"),
        ("p1,test-1,scene,-9,word,Tigre,0", "response has 'Tigre', which is none of the 4 labels of word; is it 'tiger'?"),
        ("p1,test-1,scene,-9,word,,0", "Was no answer given"),
        ("p1,test-1,scene,-9,word,__genre__,0", "response has '__genre__', a null class"),
        ("p1,test-1,scene,-9,word,tiger|7,0", "2 labels; expected 1 at most for word: behavior.answers"),
        ("p1,test-3,music,0,genre,jazz|jazz,1", "gives a label twice"),
        ("p1,test-1,scene,-9,word,tiger,yes", "correct is 'yes'; expected 0 or 1"),
        ("p1,test-1,scene,-9,word,tiger,1", "correct is 1, but the response 'tiger' to 'test-1', which is 'null', makes it 0"),
        ("p1,attention-1,scene,-9,attention,2,1", "background is 'scene', snr_db '-9'; expected clean and nothing in a check"),
        ("p1,attention-1,clean,,attention,two,1", "response is 'two'; expected a number"),
        ("p1,test-0,clean,,attention,2,1", "clip is 'test-0' in a row whose task is attention; expected such as 'attention-1'"),
    ],
)  # fmt: skip
def test_an_impossible_row_is_named_with_what_was_expected(tmp_path, row, said):
    with pytest.raises(
        ListenersError,
        match=rf"(?s)1 of 2 rows cannot be used:\n  .*p1\.csv, row 3: .*{said}.*\nCorrect or remove them",
    ):
        read(write(tmp_path, "p2,test-0,clean,,word,tiger,0", row))


def test_a_trial_that_is_there_twice_names_both_places(tmp_path):
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


def test_a_folder_that_is_called_as_a_table_is_none(tmp_path):
    write(tmp_path, "p1,test-0,clean,,word,7,1")
    (tmp_path / "old.csv").mkdir()
    assert len(read(tmp_path)) == 1


def test_checks_are_told_apart_and_inattentive_listeners_left_out(tmp_path):
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


def test_the_published_summary_is_as_published():
    table = listeners.published(PUBLISHED)
    assert len(table) == 26
    assert table["n"].eq(44).all()
    assert table.loc[table["background"] == "clean", ["snr_db", "mean"]].to_numpy().ravel() == pytest.approx(
        [np.nan, 0.816], abs=5e-4, nan_ok=True
    )
    grid = table.pivot(index="background", columns="snr_db", values="mean")
    assert grid.loc["scene", [-9, -6, -3, 0, 3]].tolist() == pytest.approx(
        [0.172, 0.278, 0.437, 0.592, 0.656], abs=5e-4
    )
    assert grid.loc["babble8", [-9, -6, -3, 0, 3]].tolist() == pytest.approx(
        [0.019, 0.058, 0.166, 0.415, 0.579], abs=5e-4
    )
    assert 0.98 < table["reliability"].iloc[0] < 1


@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there: single listeners are not shipped")
def test_the_published_summary_is_that_of_its_listeners():
    individuals = pd.read_csv(REAL)
    clean = individuals[individuals["snr_db"] == "clean"].pivot(
        index="participant", columns="background", values="accuracy"
    )
    assert clean.nunique(axis=1).eq(1).all()  # one condition, repeated
    pd.testing.assert_frame_equal(
        listeners.summary(individuals, 800).round(6), listeners.published(PUBLISHED)
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("background,snr_db", "background,snr", "row 1: the columns are background,snr,"),
        ("babble8,-6.0", "babbel,-6.0", "row 3: background is none of clean"),
        ("clean,,", "clean,3,", "row 7: snr_db must be a number, and empty when clean"),
        ("babble8,-6.0,0.05", "babble8,-6.0,5.05", "row 3: mean, sd and reliability must lie from 0 to 1"),
        (",44,", ",0,", "row 2: n and labels must be whole numbers, 1 or more"),
        (",44,", ",44.5,", "row 2: n and labels must be whole numbers"),
        (",800\nbabble8,-3", ",700\nbabble8,-3", "row 3: labels must be the same in every row"),
        ("babble8,-6.0", "babble8,inf", "row 3: snr_db must be a number"),
        ("babble8,-6.0", "babble8,-9.0", "row 3: the condition is there twice"),
    ],
)
def test_a_spoilt_summary_is_named(tmp_path, old, new, said):
    path = tmp_path / "spoilt.csv"
    path.write_text(PUBLISHED.read_text().replace(old, new, 1))
    with pytest.raises(ListenersError, match=f"spoilt.csv, {said}"):
        listeners.published(path)
