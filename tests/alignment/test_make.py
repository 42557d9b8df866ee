"""From a folder of speech to a table of words, by alignment and with known times."""

import csv
import shutil

import pytest
import soundfile

from benchmarks.alignment import synthetic
from heschl.alignment import make as module
from heschl.alignment.aligner import RATE, Model
from heschl.alignment.make import COLUMNS, LEFT_OUT, left_out, make
from heschl.alignment.words import AlignmentError
from heschl.corpus.listings import read_listing
from heschl.corpus.tables import COLUMNS as CORPUS


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    """Return a folder of four synthetic sentences in LibriSpeech's layout, and their words."""
    folder = tmp_path_factory.mktemp("speech")
    spoken = {}
    for number, (sentence, _) in enumerate(zip(synthetic(), range(4), strict=False)):
        chapter = folder / f"{number % 2}" / "7"
        chapter.mkdir(parents=True, exist_ok=True)
        name = f"{number % 2}-7-{number:04}"
        soundfile.write(chapter / f"{name}.flac", sentence.samples, RATE)
        spoken[name] = " ".join(word.word for word in sentence.words)
        with open(chapter / f"{number % 2}-7.trans.txt", "a") as file:
            print(name, spoken[name].upper(), file=file)
    return folder, spoken


@pytest.fixture
def copied(speech, tmp_path, monkeypatch):
    """Return a copy of the folder `speech`, in a new current folder; one process aligns, in chunks of two."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HESCHL_WORKERS", "1")
    monkeypatch.setattr(module, "CHUNK", 2)
    return shutil.copytree(speech[0], tmp_path / "speech"), speech[1]


def rows(path, columns):
    with open(path, encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == list(columns)
    return found[1:]


def test_words_are_found_for_a_corpus_of_recordings(copied, tmp_path):
    folder, spoken = copied
    summary = make(folder, folder / "words.csv")
    found = rows(folder / "words.csv", COLUMNS)
    words = {name: text.lower().replace(".", "").split() for name, text in spoken.items()}
    for name, expected in words.items():
        here = [row for row in found if row[0].endswith(f"{name}.flac")]
        assert [row[1] for row in here] == expected
        assert {row[2] for row in here} == {name[0]}
    assert (summary.words, summary.utterances, summary.speakers) == (sum(map(len, words.values())), 4, 2)
    assert summary.layout == "LibriSpeech"
    assert 0 < summary.confidence <= 1
    assert rows(left_out(folder / "words.csv"), LEFT_OUT) == []
    table = read_listing(folder / "words.csv", CORPUS["words"])
    assert len(table) == summary.words
    assert not (tmp_path / "work" / "align").exists()


def test_the_number_of_processes_does_not_matter(copied, monkeypatch):
    folder, _ = copied
    make(folder, folder / "one.csv")
    monkeypatch.setenv("HESCHL_WORKERS", "2")
    make(folder, folder / "two.csv")
    assert (folder / "one.csv").read_bytes() == (folder / "two.csv").read_bytes()


def test_an_interrupted_alignment_is_resumed(copied, monkeypatch):
    folder, _ = copied
    make(folder, folder / "whole.csv")
    done, align = [], module.align

    def interrupted(path, transcript, model):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(path.name)
        return align(path, transcript, model)

    monkeypatch.setattr(module, "align", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(folder, folder / "words.csv")
    assert not (folder / "words.csv").exists()
    assert len(done) == 3
    done[:] = []
    make(folder, folder / "words.csv")
    assert len(done) == 2  # the chunk that was not finished
    assert (folder / "words.csv").read_bytes() == (folder / "whole.csv").read_bytes()


def test_another_transcript_is_aligned_anew(copied, monkeypatch):
    folder, _ = copied
    monkeypatch.setattr(module, "align", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    for text in ("ONE", "TWO"):
        (folder / "0" / "7" / "0-7.trans.txt").write_text(f"0-7-0000 {text}\n")
        with pytest.raises(KeyboardInterrupt):
            make(folder, folder / "words.csv")
    assert len(list((folder.parent / "work" / "align").iterdir())) == 2


def test_utterances_that_cannot_be_used_are_listed(copied):
    folder, _ = copied
    with open(folder / "0" / "7" / "0-7.trans.txt", "a") as file:
        print("0-7-0008 NOTHING HERE", "0-7-0009 IN 1998", sep="\n", file=file)
    shutil.copy(folder / "0" / "7" / "0-7-0000.flac", folder / "0" / "7" / "0-7-0009.flac")
    summary = make(folder, folder / "words.csv")
    assert (summary.utterances, summary.left_out) == (4, 2)
    assert rows(left_out(folder / "words.csv"), LEFT_OUT) == [
        ["0/7/0-7-0008.flac", "missing"],
        ["0/7/0-7-0009.flac", "'1998' in the transcript is not a word: write it as it is spoken"],
    ]


def test_words_of_low_confidence_are_left_out(copied):
    folder, _ = copied
    whole = make(folder, folder / "whole.csv")
    summary = make(folder, folder / "words.csv", least=0.2)
    confident = [row for row in rows(folder / "whole.csv", COLUMNS) if float(row[5]) >= 0.2]
    assert rows(folder / "words.csv", COLUMNS) == confident
    assert 0 < summary.unsure == whole.words - summary.words
    with pytest.raises(AlignmentError, match=r"has a confidence of 1\.1 or more"):
        make(folder, folder / "none.csv", least=1.1)
    assert not (folder / "none.csv").exists()


def test_known_times_need_no_alignment(copied, tmp_path, monkeypatch):
    folder, _ = copied
    monkeypatch.setattr(module, "align", None)
    times = tmp_path / "all.ctm"
    times.write_text(
        "0-7-0000 1 0.25 0.5 her\n1-7-0001 1 1 0.5 nobody 0.75\n9-9-0000 1 0 1 other\n0-7-0002 1 0 1 sil\n"
    )
    summary = make(folder, folder / "words.csv", times)
    assert rows(folder / "words.csv", COLUMNS) == [
        ["0/7/0-7-0000.flac", "her", "0", "0.25", "0.75", ""],
        ["1/7/1-7-0001.flac", "nobody", "1", "1", "1.5", "0.750"],
    ]
    assert rows(left_out(folder / "words.csv"), LEFT_OUT) == [
        ["0/7/0-7-0002.flac", "its word times are empty"],
        ["1/7/1-7-0003.flac", "no word times"],
    ]
    assert (summary.words, summary.left_out) == (2, 2)


def test_textgrids_in_folders_like_those_of_the_recordings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for speaker in ("anna", "bert"):  # their files have the same names
        (tmp_path / "speech" / speaker).mkdir(parents=True)
        soundfile.write(tmp_path / "speech" / speaker / "1.wav", [0.0] * 1600, RATE)
    (tmp_path / "times.csv").write_text(
        "utterance,word,start_s,end_s\nanna/1,one,0,0.05\nbert/1,two,0,0.05\n"
    )
    make("speech", tmp_path / "words.csv", "times.csv")
    assert [row[:3] for row in rows(tmp_path / "words.csv", COLUMNS)] == [
        ["anna/1.wav", "one", "anna"],
        ["bert/1.wav", "two", "bert"],
    ]


def test_times_of_another_folder_are_not_taken_for_those_of_a_file_of_the_same_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "speech" / "s1").mkdir(parents=True)
    soundfile.write(tmp_path / "speech" / "s1" / "001.wav", [0.0] * 1600, RATE)
    head, row = "utterance,word,start_s,end_s\n", ",one,0,0.05\n"
    (tmp_path / "times.csv").write_text(f"{head}s2/001{row}all/s1/001{row}")
    make("speech", tmp_path / "words.csv", "times.csv")
    assert [row[0] for row in rows(tmp_path / "words.csv", COLUMNS)] == ["s1/001.wav"]
    (tmp_path / "times.csv").write_text(f"{head}s2/001{row}")
    with pytest.raises(AlignmentError, match="has no words of these recordings"):
        make("speech", tmp_path / "other.csv", "times.csv")


def test_times_of_other_recordings_are_refused(copied, tmp_path):
    folder, _ = copied
    (tmp_path / "all.ctm").write_text("other 1 0 1 one\n")
    with pytest.raises(AlignmentError, match=r"all\.ctm has no words of these recordings, such as 0/7/0-7"):
        make(folder, folder / "words.csv", tmp_path / "all.ctm")
    assert not list(folder.glob("*.csv"))


def test_a_model_that_cannot_be_loaded_is_one_error(copied):
    folder, _ = copied
    with pytest.raises(AlignmentError, match=r"^pocketsphinx cannot load the model .* no\.dict"):
        make(folder, folder / "words.csv", model=Model(dictionary="no.dict"))


def test_a_dictionary_that_was_changed_is_aligned_anew(copied, tmp_path, monkeypatch):
    folder, _ = copied
    monkeypatch.setattr(module, "decoder", lambda model: None)
    monkeypatch.setattr(module, "align", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    for text in ("one W AH N\n", "one W AA N\ntwo T UW\n"):
        (tmp_path / "own.dict").write_text(text)
        with pytest.raises(KeyboardInterrupt):
            make(folder, folder / "words.csv", model=Model(dictionary=str(tmp_path / "own.dict")))
    assert len(list((tmp_path / "work" / "align").iterdir())) == 2


def test_nothing_is_overwritten(copied):
    folder, _ = copied
    (folder / "words.csv").write_text("mine")
    with pytest.raises(AlignmentError, match=r"words\.csv exists\. Remove or rename it"):
        make(folder, folder / "words.csv")
    assert (folder / "words.csv").read_text() == "mine"
    with pytest.raises(AlignmentError, match="is not a folder"):
        make(folder, folder / "none" / "words.csv")


def test_a_folder_in_which_nothing_can_be_aligned_is_an_error(copied):
    folder, _ = copied
    for path in folder.rglob("*.flac"):
        path.write_bytes(b"not a sound")
    with pytest.raises(AlignmentError, match="no utterance has words, the last because: "):
        make(folder, folder / "words.csv", model=Model())
    assert not list(folder.glob("*.csv"))
