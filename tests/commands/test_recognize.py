import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.commands import recognize
from pipeline.machine import device_of
from pipeline.recognize.output import clock
from tests.helpers.recognition import LABELS, RATE, noise

ROOT = Path(__file__).parents[2]


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["recognize", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        recognize.main()
    return ended.value.code


def test_unreadable_files_are_named_and_others_recognized(network, write, tmp_path, monkeypatch, capsys):
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
    errors = [row for row in err.splitlines() if row.startswith("heschl recognize: ")]
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
    assert len([row for row in rows if row["file"] == str(flac)]) > 20  # answers to the readable part
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
def test_table_fits_the_terminal_and_is_complete(network, write, monkeypatch, capsys, columns):
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
    assert len(re.findall("^   time", out, re.MULTILINE)) == 2  # a header per file, not per batch
    assert "no word" in out
    assert all(
        word in out
        for word in (
            "high",
            "low",
            "bass",
            "silent",
            "b [red].wav",
            "The file lasts 0.50 s",
            "as if every window had one",
        )
    )
    assert "__" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hop", "0"], r"the hop is 0\.0 s"),
        (["--hop", "nan"], "the hop is nan s"),
        (["--top", "0"], "top is 0"),
        (["--network", "nowhere"], r"nowhere/config\.json is missing"),
    ],
)
def test_invalid_arguments_are_named(network, monkeypatch, arguments, message):
    assert re.search(message, run(monkeypatch, "a.wav", "--network", network, *arguments))


def test_params_choose_the_device_and_none_are_needed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    default = recognize._device()
    assert default == device_of(None)
    (tmp_path / "params.yaml").write_text("model: {depth: 3}\n")  # of another project
    assert recognize._device() == default
    shutil.copy(ROOT / "params.yaml", tmp_path)
    assert recognize._device() == default
    monkeypatch.setenv("HESCHL_MACHINE", "{accelerator: cpu}")
    assert recognize._device() == "cpu"
