"""Windows of any file are those of the whole file resampled, in little memory; answers, and how they are told."""

import json
import re
import sys
import tracemalloc

import numpy as np
import pytest
import soundfile
import torch

from pipeline import audio
from pipeline.commands import recognize
from pipeline.network.hearing import Hearing, config_of, load_network, save_network
from pipeline.recognize.output import clock, line, percent, shown
from pipeline.recognize.recognizer import BATCH, Recognizer, null_probability, ranked
from pipeline.recognize.windows import SoundError, cut, resampled, windows
from tests.helpers.trainings import EAR, LAYERS, TRAIN, changed, network_of

LABELS = {
    "word": ["__genre__", "high", "low"],
    "genre": ["bass", "flute", "__speech__"],
    "place": ["sea", "hill", "old market-place"],
}
RATE = 8000


def noise(samples, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def made(folder, sound, **train):
    """Save a network with random weights."""
    torch.manual_seed(0)
    sections = changed({"train": TRAIN, "machine": None}, **train)
    config = config_of(
        {
            "sound": sound,
            "cochleagram": EAR,
            "network": network_of(*(layer["name"] for layer in LAYERS)),
            **sections,
        },
        LABELS,
    )
    save_network(folder, Hearing(config).network.state_dict(), config, [{"epoch": 1.0}], "run")
    return folder


@pytest.fixture
def network(tmp_path, sound):
    return made(tmp_path / "network", sound)


@pytest.fixture
def write(tmp_path):
    def write(name, waveform, rate=RATE, **options):
        soundfile.write(tmp_path / name, waveform, rate, **options)
        return tmp_path / name

    return write


@pytest.mark.parametrize("rate", [8000, 44100, 48000, 11025, 7999, 96000, 22050, 1000])
def test_a_stream_is_resampled_as_the_whole_would_be(rate):
    whole = noise(round(13.37 * rate))
    blocks = np.split(whole, np.sort(np.random.default_rng(1).integers(0, len(whole), 40)))
    parts = list(resampled(iter(blocks), rate, RATE))
    assert len(parts) > 1
    np.testing.assert_allclose(np.concatenate(parts), audio.resample(whole, rate, RATE), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("length", "hop", "begins"),
    [
        (40, 10, [0, 10, 20, 30]),
        (43, 10, [0, 10, 20, 30, 33]),
        (43, 4, [0, 4, 8, 12, 16, 20, 24, 28, 32, 33]),
        (43, 25, [0, 25, 33]),
        (30, 25, [0, 20]),
        (10, 10, [0]),
        (7, 10, [0]),
        (0, 10, []),
    ],
)
def test_windows_cover_a_stream_to_its_end(length, hop, begins):
    stream = np.arange(length)
    for size in (1, 3, 17, 100):
        found = list(cut((stream[i : i + size] for i in range(0, length, size)), 10, hop))
        assert [begin for begin, _ in found] == begins
        for begin, waveform in found:
            np.testing.assert_array_equal(waveform, stream[begin : begin + 10])


def test_a_rest_that_changes_nothing_has_no_window_of_its_own():
    assert [begin for begin, _ in cut([np.zeros(2009)], 1000, 1000)] == [0, 1000]
    assert [begin for begin, _ in cut([np.zeros(2010)], 1000, 1000)] == [0, 1000, 1010]


def test_windows_of_a_file_of_another_rate_with_two_channels(write, sound):
    stereo = np.stack([noise(5 * 22050), noise(5 * 22050, 1)], axis=1)
    path = write("a.flac", stereo, 22050, subtype="PCM_24")
    whole = audio.resample(stereo.mean(axis=1), 22050, RATE)
    found = list(windows(path, sound, hop_s=0.5))
    assert [(window.start_s, window.end_s, window.note) for window in found] == [
        (0.5 * i, 0.5 * i + 1, "") for i in range(9)
    ]
    for window in found:
        start = round(window.start_s * RATE)
        np.testing.assert_allclose(window.waveform, whole[start : start + RATE], rtol=0, atol=1e-6)


def test_a_short_file_is_padded_around_its_middle(write, sound):
    path = write("a.wav", noise(2001), subtype="FLOAT")
    (window,) = windows(path, sound)
    assert (window.start_s, window.end_s, window.note) == (0, 2001 / RATE, "padded")
    np.testing.assert_array_equal(window.waveform, np.pad(noise(2001), (2999, 3000)))


def test_windows_that_hold_nothing_to_be_heard_say_so(write, sound):
    waveform = noise(5 * RATE)
    waveform[:RATE] = 0.25  # nothing but a mean
    waveform[RATE : 2 * RATE] *= 1e-6
    waveform[2 * RATE + 10] = np.nan
    waveform[3 * RATE + 10] = np.inf
    path = write("a.wav", waveform, subtype="FLOAT")
    assert [window.note for window in windows(path, sound)] == [
        "silent",
        "silent",
        "not finite",
        "not finite",
        "",
    ]
    high = write("b.wav", np.repeat(waveform, 2), 2 * RATE, subtype="FLOAT")
    assert [window.note for window in windows(high, sound)][2:] == [
        "not finite",
        "not finite",
        "",
    ]  # resampling does not spread it


def test_a_long_file_takes_no_more_memory_than_a_short_one_and_is_not_read_ahead(
    tmp_path, sound, monkeypatch
):
    peaks, asked, read = [], [], soundfile.SoundFile.read

    def watched(self, frames=-1, *args, **kwargs):
        asked.append(frames)
        return read(self, frames, *args, **kwargs)

    monkeypatch.setattr(soundfile.SoundFile, "read", watched)
    for minutes in (1, 20):
        path = tmp_path / f"{minutes}.wav"
        soundfile.write(path, np.zeros(1, np.int16), 2 * RATE)
        head = bytearray(path.read_bytes()[:44])
        head[40:44] = (minutes * 60 * 2 * RATE * 2).to_bytes(4, "little")
        with open(path, "wb") as file:  # sparse: takes no disk
            file.write(head)
            file.truncate(44 + minutes * 60 * 2 * RATE * 2)
        tracemalloc.start()
        assert sum(window.note == "silent" for window in windows(path, sound)) == minutes * 60
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert 0 < min(asked) <= max(asked) <= 4 * 2 * RATE
    assert peaks[1] < 1.05 * peaks[0] < 3e6  # bytes
    asked.clear()
    next(windows(path, sound))
    assert len(asked) < 4


def test_answers_are_those_of_the_network(network, write, sound):
    waveform = noise(round((BATCH + 2.5) * RATE))
    waveform[3 * RATE : 4 * RATE] = 0
    path = write("a.wav", waveform, subtype="FLOAT")
    batches = list(Recognizer(network, top=2).answers(path))
    assert [len(batch) for batch in batches] == [BATCH, 3]
    answers = [answer for batch in batches for answer in batch]
    assert [answer.start_s for answer in answers] == [*range(BATCH + 2), BATCH + 1.5]
    assert answers[3][3:] == ({}, {}, "silent")
    hearing = load_network(network)
    for answer in answers[:3] + answers[4:]:
        start = round(answer.start_s * RATE)
        with torch.no_grad():
            logits = {
                task: row[0].double()
                for task, row in hearing(torch.from_numpy(waveform[None, start : start + RATE])).items()
            }
        assert [label for label, _ in answer.tasks["genre"]] == [
            ("bass", "flute")[i] for i in logits["genre"][:2].argsort(descending=True)
        ]
        assert answer.tasks["genre"][0][1] == pytest.approx(
            logits["genre"][:2].softmax(0).max().item(), abs=1e-4
        )
        assert answer.null == {
            "word": pytest.approx(logits["word"].softmax(0)[0].item(), abs=1e-4),
            "genre": pytest.approx(logits["genre"].softmax(0)[2].item(), abs=1e-4),
        }
        assert len(answer.tasks["place"]) == 2


def test_probabilities_by_hand():
    logits = np.log([0.5, 0.1, 0.4])
    assert ranked(logits, ["__other__", "a", "b"], 5) == [
        ("b", pytest.approx(0.8)),
        ("a", pytest.approx(0.2)),
    ]
    assert null_probability(logits, ["__other__", "a", "b"]) == pytest.approx(0.5)
    assert null_probability(logits, ["__x__", "__y__", "b"]) == pytest.approx(0.6)
    assert ranked(logits, ["__x__", "__y__", "__z__"], 5) == []


def test_a_null_class_of_which_nothing_ever_was_is_not_told(tmp_path, sound):
    assert Recognizer(made(tmp_path / "n", sound)).nulls == ["word", "genre"]
    assert Recognizer(made(tmp_path / "m", sound, other_clips="masked")).nulls == []


def test_samples_that_are_too_much_for_the_network_have_no_answer(network, write):
    ((answer,),) = Recognizer(network).answers(
        write("a.wav", noise(RATE) * np.float32(1e38), subtype="FLOAT")
    )
    assert (answer.tasks, answer.note) == ({}, "not finite")


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["recognize", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        recognize.main()
    return ended.value.code


def test_files_that_cannot_be_read_are_named_and_the_others_go_on(
    network, write, tmp_path, monkeypatch, capsys
):
    good = write("good.wav", noise(2 * RATE))
    (tmp_path / "bytes.wav").write_bytes(b"")
    (tmp_path / "text.mp3").write_text("no sound")
    (tmp_path / "plain.raw").write_bytes(bytes(100))
    flac = write("cut.flac", noise(60 * RATE))
    flac.write_bytes(flac.read_bytes()[: flac.stat().st_size // 2])
    names = [
        "absent.wav",
        ".",
        "bytes.wav",
        "text.mp3",
        "plain.raw",
        write("none.wav", np.zeros(0)).name,
        "cut.flac",
    ]
    code = run(monkeypatch, *(tmp_path / name for name in names), good, "--network", network, "--json")
    out, err = capsys.readouterr()
    errors = [row for row in err.splitlines() if row.startswith("recognize: ")]
    for row, name, why in zip(
        errors,
        names,
        [
            "not exist",
            "a folder",
            "no bytes",
            "ffmpeg -i",
            "ffmpeg -i",
            "no samples",
            "cannot be read beyond",
        ],
        strict=True,
    ):
        assert str(tmp_path / name) in row
        assert why in row
    rows = [json.loads(row) for row in out.splitlines()]
    assert [row["start_s"] for row in rows if row["file"] == str(good)] == [0, 1]
    assert len([row for row in rows if row["file"] == str(flac)]) > 20  # what could be read was answered
    assert code == 1


def test_json_lines(network, write, monkeypatch, capsys):
    path = write("a [bold]ü\x1b.wav", np.r_[noise(RATE), np.zeros(RATE)])
    assert run(monkeypatch, path, "--network", network, "--json", "--top", 1, "--hop", 1) == 0
    out, err = capsys.readouterr()
    assert out.isascii()
    first, second = map(json.loads, out.splitlines())
    assert list(first) == ["file", "start_s", "end_s", "tasks", "null", "note"]
    assert (first["file"], first["start_s"], first["end_s"], first["note"]) == (str(path), 0, 1, "")
    assert set(first["tasks"]) == set(LABELS)
    assert [set(found) for found in first["tasks"]["word"]] == [{"label", "probability"}]
    assert set(first["null"]) == {"word", "genre"}
    assert (second["tasks"], second["null"], second["note"]) == ({}, {}, "silent")
    assert "2 word labels, 2 genre labels, 3 place labels" in err


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_the_table_fits_and_says_all(network, write, monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    path = write("a.wav", np.r_[noise(61 * RATE), np.zeros(RATE)])
    short = write("b [red].wav", noise(RATE // 2))
    assert run(monkeypatch, path, short, "--network", network) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = [row for row in out.splitlines() if ":" in row[:8]]
    assert [row.split()[0] for row in rows if re.match(r" +\d", row)] == [clock(i) for i in range(62)] + [
        "0:00.0"
    ]
    assert max(len(row) for row in out.splitlines() if row.startswith("  ")) <= columns
    assert len(re.findall("^   time", out, re.MULTILINE)) == 2  # a header each file, not each batch
    assert "no word" in out
    assert all(
        word in out
        for word in (
            "high",
            "low",
            "bass",
            "silent",
            "b [red].wav",
            "It lasts 0.50 s",
            "as if the window were",
        )
    )
    assert "__" not in out


def test_words_of_a_table():
    assert [clock(s) for s in (0, 9.96, 59.94, 59.96, 3723.5)] == [
        "0:00.0",
        "0:10.0",
        "0:59.9",
        "1:00.0",
        "62:03.5",
    ]
    assert [percent(p) for p in (0, 1e-9, 0.004, 0.006, 0.5, 0.999)] == [
        "0 %",
        "<1 %",
        "<1 %",
        "1 %",
        "50 %",
        "100 %",
    ]
    assert shown("a\x1b[31mb\udcff") == "a?[31mb?"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hop", "0"], r"the hop is 0\.0 s"),
        (["--hop", "nan"], "the hop is nan s"),
        (["--top", "0"], "top is 0"),
        (["--network", "nowhere"], r"nowhere/config\.json is missing"),
    ],
)
def test_arguments_that_make_no_sense(network, monkeypatch, arguments, message):
    assert re.search(message, run(monkeypatch, "a.wav", "--network", network, *arguments))


def test_a_file_that_cannot_be_read_is_found_out_when_it_is_asked_for(sound):
    with pytest.raises(SoundError, match=r"absent\.wav does not exist"):
        next(windows("absent.wav", sound))


def test_a_line_has_no_numbers_that_json_lacks(network, write):
    for batch in Recognizer(network).answers(
        write("a.wav", np.r_[noise(RATE), np.full(RATE, np.nan)], subtype="FLOAT")
    ):
        assert [json.loads(line(answer))["note"] for answer in batch] == ["", "not finite"]
