"""The same words in each form of alignments."""

import gzip
import json
import math
import re

import pytest

from heschl.alignment.times.known import known_times
from heschl.alignment.words import AlignmentError, Word

WORDS = [("one", 0.1, 0.5), ("two", 0.75, 1.25)]
GRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1.5
tiers? <exists>
size = {count}
item []:
"""
TIER = """    item [{number}]:
        class = "IntervalTier"
        name = "{name}"
        xmin = 0
        xmax = 1.5
        intervals: size = {count}
"""
INTERVAL = """        intervals [{number}]:
            xmin = {start}
            xmax = {end}
            text = "{text}"
"""
INTERVALS = [(0, 0.1, ""), (0.1, 0.5, "one"), (0.5, 0.75, "sp"), (0.75, 1.25, "TWO"), (1.25, 1.5, "<eps>")]


def grid(names):
    """Return a TextGrid in Praat's long form."""
    parts = [GRID.format(count=len(names))]
    for number, name in enumerate(names, start=1):
        parts.append(TIER.format(number=number, name=name, count=len(INTERVALS)))
        parts += [
            INTERVAL.format(number=place, start=start, end=end, text=text)
            for place, (start, end, text) in enumerate(INTERVALS, start=1)
        ]
    return "".join(parts)


def supervision(items):
    return json.dumps(
        {"id": "u-1", "recording_id": "u", "start": 0.0, "duration": 1.5, "alignment": {"word": items}}
    )


def read(path):
    return {name: [tuple(word[:3]) for word in words] for name, words in known_times(path)}


def test_textgrids_of_the_montreal_forced_aligner(tmp_path):
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "u.TextGrid").write_text(grid(["words", "phones"]))
    (tmp_path / "anna" / "v.TextGrid").write_text(grid(["anna - phones", "anna - words"]))
    assert read(tmp_path) == {"anna/u": WORDS, "anna/v": WORDS}


def test_a_textgrid_of_two_speakers_is_refused(tmp_path):
    (tmp_path / "u.TextGrid").write_text(grid(["anna - words", "bert - words"]))
    with pytest.raises(AlignmentError, match=r"u\.TextGrid has the tiers 'anna - words', 'bert - words'; "):
        read(tmp_path)


def test_a_broken_textgrid_is_named(tmp_path):
    (tmp_path / "u.TextGrid").write_text(grid(["words"])[:200])
    with pytest.raises(AlignmentError, match=r"u\.TextGrid"):
        read(tmp_path)


def test_librispeech_alignments(tmp_path):
    line = 'u ",ONE,,TWO," "0.100,0.500,0.750,1.250,1.5"\n'
    (tmp_path / "1-2.alignment.txt").write_text(line)
    assert read(tmp_path / "1-2.alignment.txt") == {"u": WORDS}


def test_ctm(tmp_path):
    first = ";; comment\nu 1 0.1 0.4 one 0.9\nu 1 0.5 0.25 <eps>\nu 1 0.75 0.5 Two 1.0\nu 1 1.25 0 three\n"
    lines = f"{first}v A 0 1 go\n"
    (tmp_path / "all.ctm").write_text(lines)
    assert read(tmp_path) == {"u": WORDS, "v": [("go", 0.0, 1.0)]}
    words = dict(known_times(tmp_path))
    assert [word.confidence for word in words["u"]] == [0.9, 1.0]
    assert math.isnan(words["v"][0].confidence)


@pytest.mark.parametrize("packed", [False, True])
def test_lhotse_supervisions(tmp_path, packed):
    lists = supervision([["one", 0.1, 0.4, 0.9], ["", 0.5, 0.25, None], ["TWO", 0.75, 0.5, None]])
    dicts = supervision([{"symbol": "go", "start": 0, "duration": 1}]).replace('"u"', '"v"')
    content = f"{lists}\n{dicts}\n".encode()
    path = tmp_path / ("supervisions.jsonl" + ".gz" * packed)
    path.write_bytes(gzip.compress(content) if packed else content)
    assert read(tmp_path) == {"u": WORDS, "v": [("go", 0.0, 1.0)]}
    assert dict(known_times(tmp_path))["u"][0] == Word("one", 0.1, 0.5, 0.9)


def test_csv(tmp_path):
    (tmp_path / "times.csv").write_text(
        "utterance,word,start_s,end_s,phones\nu,One,0.1,0.5,W AH N\nu,sil,0.5,0.75,\nu,two,0.75,1.25,T UW\n"
    )
    assert read(tmp_path) == {"u": WORDS}


def test_labels_are_written_as_the_words_of_transcripts(tmp_path):
    labels = ["Don’t", "hello,", "[laughter]", "<spoken_noise>", "!SIL", "twenty-one", "U.S."]
    lines = [f"u 1 {number} 1 {label}" for number, label in enumerate(labels)]
    (tmp_path / "all.ctm").write_text("\n".join(lines), "utf-8")
    assert [word for word, *_ in read(tmp_path)["u"]] == ["don't", "hello", "twenty-one", "us"]


def test_supervisions_of_one_recording_are_joined(tmp_path):
    lines = [supervision([["one", 0.1, 0.4]]), supervision([["two", 0.75, 0.5]])]
    (tmp_path / "supervisions.jsonl").write_text("\n".join(lines))
    assert read(tmp_path) == {"u": WORDS}


def test_words_csv_of_heschl_align(tmp_path):
    lines = [
        '"file","word","speaker","start_s","end_s"',
        "a/u.x.wav,one,s,0.1,0.5",
        "a/u.x.wav,two,s,0.75,1.25",
    ]
    (tmp_path / "words.csv").write_text("\n".join(lines))
    assert read(tmp_path) == {"a/u.x": WORDS}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.alignment.txt", 'u ",ONE," "0.1,0.5"', r"line 1: .* expected a name, \",WORD"),
        ("a.alignment.txt", 'u ",ONE," "0.5,0.1,1"', r"line 1: 'ONE' from 0\.5 to 0\.1 s; expected 0 <="),
        ("a.ctm", "u 1 0.1", "line 1: 'u 1 0.1'; expected utterance, channel"),
        ("a.ctm", "u 1 zero 0.1 one", "expected utterance, channel"),
        ("a.ctm", "u 1 0 1 a\nv 1 0 1 b\nu 1 1 1 c", "utterance 'u' occurs twice"),
        ("a.jsonl", "{", "line 1: "),
        ("a.jsonl", '{"recording_id": "u"}', "line 1: expected a supervision .*alignment"),
        ("a.jsonl", supervision([["one", "zero", 1]]), "line 1: expected a supervision"),
        ("a.jsonl", supervision([["one", -1, 1]]), "line 1: 'one' from -1 to 0 s; expected 0 <= start"),
        ("a.csv", "utterance,word,start_s,end_s\nu,one,?,1", r"row 2: 'one' from '\?' to '1'; expected sec"),
    ],
)
def test_broken_lines_are_named(tmp_path, name, content, problem):
    (tmp_path / name).write_text(content)
    with pytest.raises(AlignmentError, match=problem) as raised:
        read(tmp_path)
    assert name in str(raised.value)


def test_a_cut_archive_is_named(tmp_path):
    content = gzip.compress(f"{supervision([['one', 0.1, 0.4]])}\n".encode() * 1000)
    (tmp_path / "a.jsonl.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(AlignmentError, match=r"a\.jsonl\.gz"):
        read(tmp_path)


def test_files_beside_word_times_are_no_word_times(tmp_path):
    """What the Montreal Forced Aligner and lhotse write into the same folder."""
    (tmp_path / "u.ctm").write_text("u 1 0 1 a\n")
    (tmp_path / "alignment_analysis.csv").write_text(
        "file,begin,end,speaker,overall_log_likelihood\nu,0,1,s,-1\n"
    )
    (tmp_path / "x_recordings_dev.jsonl.gz").write_bytes(gzip.compress(b'{"id": "u"}\n'))
    assert read(tmp_path) == read(tmp_path / "u.ctm")


def test_files_of_several_forms_or_none_are_refused(tmp_path):
    with pytest.raises(AlignmentError, match=re.escape("has no word times; expected TextGrids (*.TextGrid")):
        read(tmp_path)
    with pytest.raises(AlignmentError, match="is missing"):
        read(tmp_path / "none")
    (tmp_path / "a.ctm").write_text("u 1 0 1 a\n")
    (tmp_path / "a.csv").write_text("utterance,word,start_s,end_s\nu,one,0,1\n")
    with pytest.raises(AlignmentError, match=r"several forms: CTM \(\*\.ctm\), csv"):
        read(tmp_path)
    assert read(tmp_path / "a.ctm") == {"u": [("a", 0.0, 1.0)]}


def test_textgrids_need_praatio(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "praatio", None)
    (tmp_path / "u.TextGrid").write_text(grid(["words"]))
    with pytest.raises(AlignmentError, match="pip install praatio"):
        read(tmp_path)
