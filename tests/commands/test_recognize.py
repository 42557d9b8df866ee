import contextlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from heschl import pretrained
from heschl.commands import recognize
from heschl.commands.network import device
from heschl.machine import device_of
from heschl.recognize.output import clock
from heschl.tracking import Run, find
from tests.helpers import broken
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
    assert run(monkeypatch, path, short, "--network", network, "--top", 3) == 0
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
    default = device()
    assert default == device_of(None)
    (tmp_path / "params.yaml").write_text("model: {depth: 3}\n")  # of another project
    assert device() == default
    shutil.copy(ROOT / "params.yaml", tmp_path)
    assert device() == default
    monkeypatch.setenv("HESCHL_MACHINE", "{accelerator: cpu}")
    assert device() == "cpu"


def test_the_network_of_the_project_answers_and_is_named_first(network, write, tmp_path, monkeypatch, capsys):
    path = write("a.wav", noise(RATE))
    shutil.copytree(network, tmp_path / "models" / "network")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, path) == 0
    first, _, name, _, answer = capsys.readouterr().out.splitlines()[:5]
    assert first == "Network: models/network (run run): 2 word labels, 2 genre labels, 3 place labels"
    assert name == str(path)
    assert re.fullmatch(r" 0:00\.0  word \(no word \d+ %\): \w+ \d+ % *", answer)  # one label
    assert run(monkeypatch, path, "--network", network, "--json") == 0
    assert capsys.readouterr().err.startswith(f"Network: {network}: 2 word labels")


def test_without_a_network_in_the_folder_the_newest_run_answers(
    network, write, tmp_path, monkeypatch, capsys
):
    @contextlib.contextmanager
    def newest(named):
        yield Run("0123456789", "synthetic", "FINISHED", 0, 0), network

    (tmp_path / "none").mkdir()
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "none")
    monkeypatch.setattr(find, "network_of", newest)
    monkeypatch.setattr(find, "describe", lambda run: f"{run.id[:8]} {run.name}")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, write("a.wav", noise(RATE))) == 0
    assert capsys.readouterr().out.startswith("Network: run 01234567 synthetic: 2 word labels")


def test_code_of_a_named_network_runs_only_on_demand(network, write, monkeypatch):
    config = json.loads((network / "config.json").read_text())
    config["network"] = {"module": "networks.recurrent:Recurrent", "params": {}}
    (network / "config.json").write_text(json.dumps(config))
    path = write("a.wav", noise(RATE))
    assert "heschl recognize --trust-code" in run(monkeypatch, path, "--network", network)
    assert "--trust-code" not in str(run(monkeypatch, path, "--network", network, "--trust-code"))


def test_notes_about_a_file_and_a_length_of_zero_are_lines_on_stderr(network, tmp_path, monkeypatch, capsys):
    path = tmp_path / "a\x1b b.wav"
    broken.wav(path, data=0)
    assert run(monkeypatch, path, "--network", network) == 0
    out, err = capsys.readouterr()
    assert "0:05.0" in out
    (line,) = err.splitlines()
    assert line.startswith("heschl recognize: ")
    assert "a? b.wav: its header gives 0 bytes of samples" in line


def test_standard_input_is_recognized(network, write, monkeypatch, capsys):
    path, kept = write("a.flac", noise(2 * RATE)), os.dup(0)
    for extra, shown in ((), "\nstandard input\n"), (("--json",), '{"file": "-", "start_s": 0.0'):
        with open(path, "rb") as file:
            os.dup2(file.fileno(), 0)
        assert run(monkeypatch, "-", "--network", network, *extra) == 0
        assert shown in capsys.readouterr().out
    os.dup2(kept, 0)
    os.close(kept)
