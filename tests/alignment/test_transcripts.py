"""Folders of speech in their true layouts, with silence as sound."""

import re

import numpy as np
import pytest
import soundfile

from heschl.alignment.transcripts import Utterance, utterances
from heschl.alignment.words import AlignmentError
from heschl.spreadsheets import SpreadsheetError


def sound(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(160), 16000)


def text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def test_librispeech(tmp_path):
    chapter = tmp_path / "train-clean-100" / "103" / "1240"
    sound(chapter / "103-1240-0000.flac")
    text(chapter / "103-1240.trans.txt", "103-1240-0000 CHAPTER ONE\n103-1240-0001 THAT HAD ITS SOURCE\n\n")
    text(tmp_path / "SPEAKERS.TXT", "; not a transcript")
    layout, found = utterances(tmp_path)
    assert layout == "LibriSpeech"
    assert found == [
        Utterance("train-clean-100/103/1240/103-1240-0000.flac", "103", "CHAPTER ONE"),
        Utterance("train-clean-100/103/1240/103-1240-0001.flac", "103", "THAT HAD ITS SOURCE"),
    ]
    assert found[0].name == "103-1240-0000"
    assert found[0].path == "train-clean-100/103/1240/103-1240-0000"


def test_librispeech_that_was_converted_keeps_its_names(tmp_path):
    sound(tmp_path / "103" / "1240" / "103-1240-0000.ogg")
    text(tmp_path / "103" / "1240" / "103-1240.trans.txt", "103-1240-0000 CHAPTER ONE\n")
    assert utterances(tmp_path)[1][0].file == "103/1240/103-1240-0000.ogg"


@pytest.mark.parametrize("line", ["103-1240-0000", "CHAPTER ONE", "../../103-1240-0000 ONE"])
def test_a_broken_line_of_librispeech_is_named(tmp_path, line):
    text(tmp_path / "1" / "103-1240.trans.txt", f"103-1240-0000 A\n{line}\n")
    with pytest.raises(AlignmentError, match=r"103-1240\.trans\.txt, line 2: .* expected a name such as"):
        utterances(tmp_path)


def test_common_voice(tmp_path):
    text(
        tmp_path / "validated.tsv",
        'client_id\tpath\tsentence_id\tsentence\tvotes\nab12\tcommon_voice_en_1.mp3\tx\t"Go," he said\t2\n',
    )
    text(tmp_path / "invalidated.tsv", "client_id\tpath\tsentence\n")
    layout, found = utterances(tmp_path)
    assert (layout, found) == (
        "Common Voice",
        [Utterance("clips/common_voice_en_1.mp3", "ab12", '"Go," he said')],
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("client_id\tpath\n", "row 1: 'sentence' is missing"),
        ("client_id\tpath\tsentence\na\tb.mp3\n", "1 of 3 rows do not have 3 values"),
    ],
)
def test_a_broken_table_of_common_voice_is_named(tmp_path, content, problem):
    text(tmp_path / "validated.tsv", content)
    with pytest.raises(AlignmentError, match=problem):
        utterances(tmp_path)


def test_single_broken_rows_of_common_voice_are_left_out(tmp_path, caplog):
    rows = [f"a\t{number}.mp3\tStrange\u2028lines\x85end" for number in range(200)]
    lines = ["client_id\tpath\tsentence", *rows, "a\tbroken.mp3", "b\tlast.mp3\tGo\r"]
    text(tmp_path / "validated.tsv", "\n".join(lines))
    found = utterances(tmp_path)[1]
    assert len(found) == 201
    assert found[-1] == Utterance("clips/last.mp3", "b", "Go")
    assert "1 rows left out: they do not have 3 values" in caplog.text


def test_texts_beside_sounds(tmp_path):
    sound(tmp_path / "anna" / "one.wav")
    text(tmp_path / "anna" / "one.lab", "go on\n")
    sound(tmp_path / "bert" / "day1" / "two.flac")
    text(tmp_path / "bert" / "day1" / "two.txt", "stop\nnow")
    sound(tmp_path / "bert" / "alone.flac")
    text(tmp_path / "bert" / "notes.txt", "no sound has this name")
    assert utterances(tmp_path)[1] == [
        Utterance("anna/one.wav", "anna", "go on"),
        Utterance("bert/day1/two.flac", "bert", "stop now"),
    ]


def test_sounds_alone_are_enough_where_times_are_known(tmp_path):
    sound(tmp_path / "anna" / "one.wav")
    with pytest.raises(AlignmentError, match="has no transcripts; expected one of"):
        utterances(tmp_path)
    assert utterances(tmp_path, spoken=False)[1] == [Utterance("anna/one.wav", "anna", "")]


def test_a_table(tmp_path):
    text(tmp_path / "transcripts.csv", "speaker,file,transcript,age\nanna,a/one.wav,Go on,7\n")
    assert utterances(tmp_path) == ("a table", [Utterance("a/one.wav", "anna", "Go on")])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",anna,go", "row 2: file is empty"),
        ("one.wav,,go", "row 2: speaker is empty"),
        ("../one.wav,anna,go", r"row 2: file is '\.\./one\.wav'; expected a path below the folder"),
        ("/one.wav,anna,go", "expected a path below the folder"),
        ("one.wav,anna,go\none.wav,anna,go", r"two transcripts of one\.wav"),
    ],
)
def test_a_broken_table_is_named(tmp_path, row, problem):
    text(tmp_path / "transcripts.csv", f"file,speaker,transcript\n{row}\n")
    with pytest.raises(AlignmentError, match=problem):
        utterances(tmp_path)


def test_a_table_without_a_column_is_named(tmp_path):
    text(tmp_path / "transcripts.csv", "file,speaker,text\none.wav,anna,go\n")
    with pytest.raises(SpreadsheetError, match="'transcript' is missing"):
        utterances(tmp_path)


def test_folders_without_transcripts_are_named(tmp_path):
    with pytest.raises(AlignmentError, match="is not a folder"):
        utterances(tmp_path / "none")
    with pytest.raises(AlignmentError, match=re.escape("LibriSpeech: **/*.trans.txt")):
        utterances(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "103-1240.trans.txt").write_bytes("103-1240-0000 CAFÉ\n".encode("latin-1"))
    with pytest.raises(AlignmentError, match=r"trans\.txt is not UTF-8"):
        utterances(tmp_path)
