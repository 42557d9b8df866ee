import json
import os
import re
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from heschl.experiment import build, checks
from heschl.experiment.results import TABLE
from tests.helpers.listening import PARAMS


def data_of(folder):
    return json.loads(re.fullmatch(r"const EXPERIMENT = (.*);\n", (folder / "data.js").read_text()).group(1))


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_folder_contains_the_page_and_the_unchanged_clips(opened, tmp_path, fake_modules):
    assert build.build(opened, tmp_path / "out", PARAMS)
    data = data_of(tmp_path / "out")
    heard = {
        item
        for session in data["sessions"]
        for block in session["blocks"]
        for item in block["items"]
        if isinstance(item, str)
    }
    heard |= {key for keys in data["practice"].values() for key in keys}
    assert set(data["clips"]) == heard == {path.stem for path in (tmp_path / "out/clips").iterdir()}
    for number, key in enumerate(opened.keys(np.arange(len(opened)))):
        if key in heard:
            record = opened.record(number)
            assert data["clips"][key] == [record["background"], record["snr_db"], record[record["task"]]]
            waveform, rate = soundfile.read(tmp_path / f"out/clips/{key}.wav", dtype="int16")
            assert rate == opened.sound.sample_rate
            assert (waveform == opened.waveforms(np.array([number]))[0]).all()
    assert data["tasks"]["word"] == {"labels": ["harbor", "harvest"], "choose": None}
    assert data["tasks"]["genre"] == {"labels": ["bass0", "bass2", "flute0", "flute2"], "choose": 3}
    assert tuple(data["columns"]) == TABLE
    assert data["clip_s"] == opened.sound.clip_s
    page = (tmp_path / "out/index.html").read_text()
    assert "connect-src 'self'\"" in page
    assert not re.search(r"https?://", page)
    assert all((tmp_path / "out" / name).is_file() for name in re.findall(r'(?:src|href)="([\w./]+)"', page))
    assert "This is a template." in data["consent"]["text"]


def test_build_is_deterministic_and_not_repeated(opened, tmp_path, fake_modules):
    assert build.build(opened, tmp_path / "one", PARAMS)
    assert build.build(opened, tmp_path / "two", PARAMS)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert not build.build(opened, tmp_path / "one", PARAMS)
    assert build.build(opened, tmp_path / "one", replace(PARAMS, seed=3))
    assert data_of(tmp_path / "one")["digest"] != data_of(tmp_path / "two")["digest"]
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]  # nothing half-written is left


@pytest.mark.parametrize(
    "changes", [{"post": "https://lab.example/take"}, {"completion": "https://lab.example/done"}]
)
def test_changed_urls_are_built_into_the_same_folder(opened, tmp_path, fake_modules, changes):
    build.build(opened, tmp_path / "out", PARAMS)
    assert build.build(opened, tmp_path / "out", replace(PARAMS, **changes))
    built = (tmp_path / "out/index.html").read_text() + (tmp_path / "out/data.js").read_text()
    assert all(f'"{url}"' in built for url in changes.values())
    assert not build.build(opened, tmp_path / "out", replace(PARAMS, **changes))


def test_changed_code_of_the_checks_changes_the_digest(opened, tmp_path, fake_modules, monkeypatch):
    build.build(opened, tmp_path / "out", PARAMS)
    (tmp_path / "checks.py").write_text("TONE_HZ = 300")
    monkeypatch.setattr(checks, "__file__", str(tmp_path / "checks.py"))
    assert build.build(opened, tmp_path / "out", PARAMS)


def test_failed_build_leaves_the_folder_unchanged(opened, tmp_path, fake_modules, monkeypatch):
    build.build(opened, tmp_path / "out", PARAMS)
    before = contents(tmp_path / "out")
    monkeypatch.setattr(checks, "volume", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert os.listdir(tmp_path) == ["out"]
    assert contents(tmp_path / "out") == before


def test_consent_and_post_url_come_from_params(opened, tmp_path, fake_modules):
    (tmp_path / "consent.txt").write_text("Nous <écoutons>.\n\nOui ?\n")
    params = replace(
        PARAMS, consent=str(tmp_path / "consent.txt"), post="https://lab.example:8443/take?a=1&b=2"
    )
    build.build(opened, tmp_path / "out", params)
    page = (tmp_path / "out/index.html").read_text()
    assert "connect-src 'self' https://lab.example:8443\"" in page
    assert 'data-post="https://lab.example:8443/take?a=1&amp;b=2"' in page
    assert data_of(tmp_path / "out")["consent"] == {"text": "Nous <écoutons>.\n\nOui ?", "template": False}
