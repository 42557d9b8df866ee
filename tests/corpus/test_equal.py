"""Equal sounds under several names, and what a failed run leaves."""

import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from heschl.audio import Sound
from heschl.corpus import make, recordings
from heschl.corpus.listings import read_listings
from heschl.corpus.tables import COLUMNS, CorpusError, load
from heschl.corpus.units import join_units
from heschl.spreadsheets import SpreadsheetError

RATE = 16000
SOUND = Sound(sample_rate=RATE, clip_s=0.5)


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setenv("HESCHL_WORKERS", "1")


def noise(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    pcm = np.random.default_rng(seed).integers(-9000, 9000, RATE).astype(np.int16)
    soundfile.write(path, pcm, RATE, subtype="PCM_16")


@pytest.fixture
def folder(tmp_path):
    """Return a folder of three units in each table, every file a different noise."""
    folder, seed = tmp_path / "recordings", 0
    for name, columns in COLUMNS.items():
        lines = [",".join(columns)]
        for number in range(3):
            seed += 1
            noise(folder / name / f"{number}.wav", seed)
            label = ["one"] if len(columns) == 5 else []
            lines.append(",".join([f"{name}/{number}.wav", *label, f"{name}{number}", "0", "1"]))
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def params(folder, **changed):
    split = make.Split(train=0.6, validation=0.2, test=0.2)
    values = {"source": "recordings", "folder": str(folder), "seed": 1, "split": split, "min_sources": 3}
    return SimpleNamespace(
        **values, bad_file_budget=0.0, synthetic=None, vocabulary=None, public=(), **changed
    )


def append(folder, name, *rows):
    with open(folder / f"{name}.csv", "a") as file:
        file.write("".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize("file", ["copy.wav", "copy.flac"])
def test_a_copy_of_another_artists_track_makes_them_one(folder, tmp_path, caplog, file):
    noise(folder / file, 4)  # the sound of music/0.wav
    append(folder, "music", f"{file},one,other,0,1")
    made = make.make(params(folder), tmp_path / "out", SOUND)
    assert "music.csv, row 5, copy" in caplog.text
    assert "the sound of music.csv, row 2, music/0.wav" in caplog.text
    (joined,) = made["joined"]
    assert joined["of"] == ["music0", "other"]
    music = load(tmp_path / "out")["music"]
    assert music["file"].nunique() == 3
    assert set(music["artist"]) == {"music0 + other", "music1", "music2"}
    sounds = {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.wav")}
    assert sounds == {Path(each) for each in make.listed(tmp_path / "out") if each.endswith(".wav")}


def test_a_clip_listed_twice_with_two_labels_stops(folder, tmp_path):
    noise(folder / "copy.wav", 1)
    append(folder, "words", "copy.wav,two,words0,0,0.98")
    message = (
        r"(?s)words\.csv, row 2, words/0\.wav is 'one'; words\.csv, row 5, copy\.wav, the same sound from "
        r"0\.0 to 0\.98 s, is 'two'\nCorrect a label"
    )
    with pytest.raises(CorpusError, match=message):
        make.make(params(folder), tmp_path / "out", SOUND)


def test_words_within_one_recording_are_no_conflict(folder, tmp_path):
    append(folder, "words", "words/0.wav,two,words0,0,0.5", "words/0.wav,three,words0,0.5,1")
    assert "joined" not in make.make(params(folder), tmp_path / "out", SOUND)


def test_a_withdrawn_recording_does_not_outlive_a_failed_run(folder, tmp_path):
    append(folder, "words", "missing.wav,one,words0,0,1")
    failing = params(folder)
    failing.bad_file_budget, failing.min_sources = 0.5, 4  # fails after all sounds were converted
    with pytest.raises(CorpusError, match=r"corpus\.min_sources"):
        make.make(failing, tmp_path / "out", SOUND)
    assert list((tmp_path / "out" / "audio" / "words").glob("0-*.wav"))
    for name in COLUMNS:
        noise(folder / name / "new.wav", 100 + sorted(COLUMNS).index(name))
        table = folder / f"{name}.csv"
        table.write_text(
            table.read_text()
            .replace(f"{name}/0.wav", f"{name}/new.wav")
            .replace("missing.wav,one,words0,0,1\n", "")
        )
    made = tmp_path / "out"
    make.make(params(folder), made, SOUND)
    assert not list(made.rglob("0-*.wav"))
    found = {path.relative_to(made) for path in made.rglob("*") if path.is_file()}
    assert found == set(map(Path, make.listed(made)))


HEADER = "file,word,speaker,start_s,end_s\n"
ROW = "words/0.wav,one,words0,0,1\n"
HOSTILE = {
    "a header alone": (HEADER, "words.csv has no rows. List at least one recording"),
    "nothing": ("", "words.csv is empty. Its first row must be"),
    "blank rows": ("\n\n,,,,\n", "words.csv is empty. Its first row must be"),
    "latin-1": (HEADER.encode() + b"caf\xe9.wav,one,a,0,1\n", "is not UTF-8 .*row 2.*Save it as CSV UTF-8"),
    "utf-16": ((HEADER + ROW).encode("utf-16"), "is not UTF-8 .*row 1.*Save it as CSV UTF-8"),
    "a sound": (b"RIFF\x00\x00\x00\x00WAVE\xff\xff", "is not UTF-8"),
    "an open quotation mark": (HEADER + '"a.wav,one', "row 2: .*quotation marks"),
    "a path upward": (HEADER + "../a.wav,one,a,0,1\n", "row 2: file '../a.wav' lies outside"),
    "a hidden path upward": (HEADER + "a/./../../b.wav,one,a,0,1\n", "row 2: .*lies outside the folder"),
    "an absolute path": (HEADER + "/etc/passwd,one,a,0,1\n", "row 2: .*lies outside the folder"),
    "a bell in a label": (HEADER + "a.wav,o\x07ne,a,0,1\n", r"row 2: .*'o\\x07ne'; .*U\+0007: remove it"),
    "a zero byte": (HEADER + "a.wav,o\0ne,a,0,1\n", r"row 2: word is 'o\\x00ne'; .*U\+0000: remove it"),
    "a terminal's command": (HEADER + "a\x1b[2J.wav,one,a,0,1\n", r"row 2: file is 'a\\x1b.*rename the file"),
    "two lines": (HEADER + 'a.wav,"on\ne",a,0,1\n', r"row 3: word is 'on\\ne'; .*remove it"),
    "nothing visible": (HEADER + "a.wav,\u200b,a,0,1\n", r"row 2: word is '\\u200b': invisible"),
    "a long label": (HEADER + f"a.wav,{'x' * 5000},a,0,1\n", "row 2: word has 5000 characters .*shorten it"),
    "a long name": (HEADER + f"{'x' * 5000}.wav,one,a,0,1\n" + ROW, "file has .* 5004 bytes .*at most 255"),
    "a folder": (HEADER + "words,one,a,0,1\n" + ROW, "words.csv, row 2, words: not a file"),
    "a part twice": (HEADER + ROW + ROW, "row 3: .*is also listed in row 2; remove one"),
    "a time of infinity": (HEADER + "a.wav,one,a,0,inf\n", "row 2: end_s is 'inf'; expected seconds"),
    "a time beyond all": (HEADER + "words/0.wav,one,a,0,1e300\n", "row 2.*shorter than its row says"),
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE)
def test_a_hostile_listing_is_named_with_its_row(folder, tmp_path, content):
    text, message = HOSTILE[content]
    (folder / "words.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises((CorpusError, SpreadsheetError), match=f"(?s){message}"):
        make.make(params(folder), tmp_path / "out", SOUND)


def test_a_listing_that_is_a_folder_or_a_pipe_is_named(folder, tmp_path):
    (folder / "words.csv").unlink()
    os.mkfifo(folder / "words.csv")
    with pytest.raises(SpreadsheetError, match=r"words\.csv cannot be read \(not a regular file\)"):
        read_listings(folder)
    (folder / "words.csv").unlink()
    (folder / "words.csv").mkdir()
    with pytest.raises(SpreadsheetError, match=r"words\.csv cannot be read \(Is a directory\)"):
        read_listings(folder)


def test_labels_and_names_stay_as_they_are_written(folder):
    labels = ["null", "NA", "no", "1e5", "007", "7", "nan", "None", "TRUE", "1.0", "=1+1"]
    append(folder, "words", *(f"{n}.wav,{label},{label},0,1" for n, label in enumerate(labels)))
    words = read_listings(folder)["words"]
    assert words["word"].tolist()[3:] == labels
    assert words["speaker"].tolist()[3:] == labels
    _, joined = join_units(read_listings(folder))
    assert [each["of"] for each in joined] == [["007", "7"]]


def test_links_in_a_circle_are_a_broken_link(folder, tmp_path):
    (folder / "a.wav").symlink_to(folder / "b.wav")
    (folder / "b.wav").symlink_to(folder / "a.wav")
    append(folder, "words", "a.wav,one,words0,0,1")
    with pytest.raises(CorpusError, match=re.escape("words.csv, row 5, a.wav: missing: a broken link")):
        recordings.make(params(folder), tmp_path / "out", SOUND)
