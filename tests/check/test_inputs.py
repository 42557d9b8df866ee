"""Folders of inputs: what is missing is found before a stage needs it."""

from dataclasses import replace
from pathlib import Path

import pytest

from heschl.check.inputs import check_inputs
from heschl.check.sections import check_sections
from heschl.corpus.tables import COLUMNS
from heschl.params import load_all

ROOT = Path(__file__).parents[2]


@pytest.fixture
def params():
    return dict(check_sections(load_all(ROOT / "params.yaml"), Path("params.yaml"))[0])


@pytest.fixture
def found(params, tmp_path):
    """Return a function that gives the findings by subject, as texts."""
    for name in ("listeners", "models"):
        (tmp_path / name).mkdir()

    def check(**sections):
        for name, changes in sections.items():
            params[name] = replace(params[name], **changes)
        findings = check_inputs(params, tmp_path / "listeners", tmp_path / "models")
        return {finding.subject: f"{finding.state} {finding.text}" for finding in findings}

    return check


def recordings(folder):
    """Write four tables of one row each, and their recordings."""
    (folder / "wav").mkdir(parents=True)
    for name, columns in COLUMNS.items():
        (folder / "wav" / f"{name}.wav").write_bytes(b"RIFF")
        row = [f"wav/{name}.wav", *("a" for _ in columns[1:-2]), "0", "1"]
        (folder / f"{name}.csv").write_text("\n".join([",".join(columns), ",".join(row)]))
    return folder


def test_empty_folders_are_in_order(found, tmp_path):
    assert found() == {
        "listeners": f"ok {tmp_path}/listeners: 0 tables, 0 rows",
        "models": f"ok {tmp_path}/models: 0 models",
    }


def test_recordings_tables_and_files(found, tmp_path):
    folder = recordings(tmp_path / "mine")
    own = {"corpus": {"source": "recordings", "folder": str(folder)}}
    assert found(**own)["recordings"] == f"ok {folder}: 4 rows, 4 files"
    (folder / "wav/music.wav").unlink()
    assert "music.csv, row 2, wav/music.wav: missing" in found(**own)["recordings"]
    (folder / "words.csv").write_text("file,word,speeker,start_s,end_s\n")
    assert "error" in found(**own)["recordings"]
    assert "words.csv, row 1: 'speeker' is not one of the columns" in found(**own)["recordings"]


def test_a_folder_that_is_missing_is_an_error(found, tmp_path):
    (tmp_path / "models").rmdir()
    (tmp_path / "listeners/mine.csv").write_text("participant,clip\n")
    texts = found(
        corpus={"source": "recordings", "folder": "nowhere"},
        encode={"source": "nh2015", "folder": str(tmp_path)},
        decode={"source": "sounds", "folder": "nowhere"},
    )
    assert {name for name, text in texts.items() if text.startswith("error")} == set(texts)
    assert "corpus.folder is 'nowhere', which is not a folder" in texts["recordings"]
    assert "mine.csv, row 1" in texts["listeners"]
    assert "Make it" in texts["models"]
    assert "nowhere/wav is missing or has no sound file" in texts["sounds of decode"]
