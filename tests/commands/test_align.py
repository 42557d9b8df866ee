"""heschl align: two synthetic sentences."""

import sys

import pytest
import soundfile

from benchmarks.alignment import synthetic
from heschl.alignment.aligner import RATE
from heschl.commands import align


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["align", *map(str, arguments)])
    align.main()


@pytest.fixture
def speech(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "speech"
    folder.mkdir()
    lines = ["file,speaker,transcript"]
    for number, (sentence, _) in enumerate(zip(synthetic(), range(2), strict=False)):
        soundfile.write(folder / f"{number}.wav", sentence.samples, RATE)
        lines.append(f"{number}.wav,anna,{' '.join(word.word for word in sentence.words)}")
    (folder / "transcripts.csv").write_text("\n".join([*lines, "2.wav,bert,hello"]))
    return folder


def test_the_table_is_written_and_described(speech, monkeypatch, capsys):
    run(monkeypatch, speech)
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"{speech / 'words.csv'}: 2")
    assert out[0].endswith("in 2 utterances by 1 speaker (a table)")
    assert out[1].startswith("  median confidence 0.")
    assert out[2] == f"{speech / 'words-left-out.csv'}: 1 utterance without words, and why"
    assert (speech / "words-left-out.csv").read_text() == "file,reason\n2.wav,missing\n"


def test_known_times_are_taken(speech, monkeypatch, capsys):
    (speech.parent / "all.ctm").write_text("0 1 0 0.5 her\n")
    run(monkeypatch, speech, "--times", speech.parent / "all.ctm", "--out", "mine.csv")
    assert capsys.readouterr().out.splitlines() == [
        "mine.csv: 1 word (1 different one) in 1 utterance by 1 speaker (a table)",
        "mine-left-out.csv: 2 utterances without words, and why",
    ]


@pytest.mark.parametrize("confidence", ["2", "-1", "high", "nan"])
def test_a_confidence_is_a_share(speech, monkeypatch, capsys, confidence):
    with pytest.raises(SystemExit):
        run(monkeypatch, speech, "--confidence", confidence)
    assert "expected a number from 0 to 1" in capsys.readouterr().err


def test_problems_are_messages(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match=r"heschl align: .* has no transcripts"):
        run(monkeypatch, tmp_path)
