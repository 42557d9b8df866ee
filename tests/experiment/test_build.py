import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from pipeline.audio import FULL_SCALE, db, rms
from pipeline.behavior.listeners import COLUMNS
from pipeline.commands import main
from pipeline.experiment import build, checks, jspsych
from pipeline.experiment.design import Choose, ListenError
from pipeline.experiment.server import save
from pipeline.params import plain
from tests.helpers.listening import BEHAVIOR, PARAMS, grid_of

ROW = b"p1,test-0000001,clean,,word,harbor,1\n"
TABLE = ",".join(COLUMNS).encode() + b"\n" + ROW


@pytest.fixture(scope="module")
def opened(tmp_path_factory, corpus, sound, mixture_params):
    return grid_of(corpus, sound, mixture_params, tmp_path_factory.mktemp("grid"))


@pytest.fixture
def fake_modules(monkeypatch):
    """Build without npm: what the page does is tested in test_browser."""
    monkeypatch.setattr(jspsych, "jspsych", lambda: "// jsPsych\n")


def data_of(folder):
    return json.loads(re.fullmatch(r"const EXPERIMENT = (.*);\n", (folder / "data.js").read_text()).group(1))


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_the_page_and_the_clips_that_are_heard_unchanged(opened, tmp_path, fake_modules):
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
    assert tuple(data["columns"]) == COLUMNS
    page = (tmp_path / "out/index.html").read_text()
    assert "connect-src 'self'\"" in page
    assert not re.search(r"https?://", page)
    assert all((tmp_path / "out" / name).is_file() for name in re.findall(r'(?:src|href)="([\w./]+)"', page))
    assert "This is a template." in data["consent"]["text"]


def test_a_build_is_the_same_bytes_and_is_not_repeated(opened, tmp_path, fake_modules):
    assert build.build(opened, tmp_path / "one", PARAMS)
    assert build.build(opened, tmp_path / "two", PARAMS)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert not build.build(opened, tmp_path / "one", PARAMS)
    assert build.build(opened, tmp_path / "one", replace(PARAMS, seed=3))
    assert data_of(tmp_path / "one")["digest"] != data_of(tmp_path / "two")["digest"]
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]  # nothing half-written is left


def test_nothing_else_and_no_results_are_replaced(opened, tmp_path, fake_modules):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(
        ListenError, match=r"mine exists and is no listening experiment: .* Name another folder"
    ):
        build.build(opened, tmp_path / "mine", PARAMS)
    build.build(opened, tmp_path / "out", PARAMS)
    save(TABLE, tmp_path / "out/results")
    assert not build.build(opened, tmp_path / "out", PARAMS)
    with pytest.raises(
        ListenError, match=r"holds 1 results of another experiment .* Move .*results out of it"
    ):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert (tmp_path / "out/results/p1.csv").read_bytes() == TABLE


@pytest.mark.parametrize("name", ["results-pilot/p1.csv", "clips/p1.csv", ".git/HEAD"])
def test_what_the_build_did_not_write_is_not_removed(opened, tmp_path, fake_modules, name):
    build.build(opened, tmp_path / "out", PARAMS)
    kept = tmp_path / "out" / name
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(TABLE)
    with pytest.raises(
        ListenError, match=f"out holds {name}, which the build did not write. Move it out of there"
    ):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert kept.read_bytes() == TABLE
    kept.unlink()
    assert build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))


def test_a_table_that_comes_while_it_is_built_is_kept(opened, tmp_path, fake_modules, monkeypatch):
    build.build(opened, tmp_path / "out", PARAMS)
    monkeypatch.setattr(build, "_write_sounds", lambda *_: save(TABLE, tmp_path / "out/results"))
    with pytest.raises(ListenError, match="holds 1 results"):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert (tmp_path / "out/results/p1.csv").read_bytes() == TABLE


@pytest.mark.parametrize(
    "changes", [{"post": "https://lab.example/take"}, {"completion": "https://lab.example/done"}]
)
def test_other_places_to_send_to_are_built_into_the_same_folder(opened, tmp_path, fake_modules, changes):
    build.build(opened, tmp_path / "out", PARAMS)
    assert build.build(opened, tmp_path / "out", replace(PARAMS, **changes))
    built = (tmp_path / "out/index.html").read_text() + (tmp_path / "out/data.js").read_text()
    assert all(f'"{url}"' in built for url in changes.values())
    assert not build.build(opened, tmp_path / "out", replace(PARAMS, **changes))


def test_other_code_of_the_checks_is_another_experiment(opened, tmp_path, fake_modules, monkeypatch):
    build.build(opened, tmp_path / "out", PARAMS)
    (tmp_path / "checks.py").write_text("TONE_HZ = 300")
    monkeypatch.setattr(checks, "__file__", str(tmp_path / "checks.py"))
    assert build.build(opened, tmp_path / "out", PARAMS)


def test_a_build_that_fails_leaves_what_was_there(opened, tmp_path, fake_modules, monkeypatch):
    build.build(opened, tmp_path / "out", PARAMS)
    before = contents(tmp_path / "out")
    monkeypatch.setattr(checks, "volume", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert os.listdir(tmp_path) == ["out"]
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"trials": {"word": 3, "pitch": 2}, "answers": {"word": "typed", "pitch": "typed"}},
            "'pitch' is no task of .* word, genre",
        ),
        (
            {"answers": {"word": "typed", "genre": Choose(choose=4)}},
            r"genre.choose is 4; there are 4 labels, of which at most 3",
        ),
        (
            {"trials": {"word": 4, "genre": 2}},
            r"experiment.trials.word is 4; there are 3 recordings beside those for practice",
        ),
        (
            {"consent": "nowhere.txt"},
            r"experiment.consent: nowhere.txt cannot be read .* Expected a text file",
        ),
        ({"consent": "empty.txt"}, r"experiment.consent: empty.txt is empty"),
    ],
)
def test_what_cannot_be_built_is_said(opened, tmp_path, fake_modules, monkeypatch, changes, message):
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("\n")
    with pytest.raises(ListenError, match=message):
        build.build(opened, tmp_path / "out", replace(PARAMS, **changes))
    assert not (tmp_path / "out").exists()


def test_consent_and_the_place_to_post_to_are_those_of_params(opened, tmp_path, fake_modules):
    (tmp_path / "consent.txt").write_text("Nous <écoutons>.\n\nOui ?\n")
    params = replace(
        PARAMS, consent=str(tmp_path / "consent.txt"), post="https://lab.example:8443/take?a=1&b=2"
    )
    build.build(opened, tmp_path / "out", params)
    page = (tmp_path / "out/index.html").read_text()
    assert "connect-src 'self' https://lab.example:8443\"" in page
    assert 'data-post="https://lab.example:8443/take?a=1&amp;b=2"' in page
    assert data_of(tmp_path / "out")["consent"] == {"text": "Nous <écoutons>.\n\nOui ?", "template": False}


def test_headphone_tones_cancel_over_loudspeakers_where_the_phase_is_opposite():
    rate, tone, gap = 16000, 16000, 8000
    for soft, opposite in checks.PAIRS:
        sound = checks.headphones(soft, opposite, rate, level=0.1)
        tones = [sound[start : start + tone] for start in (0, tone + gap, 2 * (tone + gap))]
        levels = [db(rms(one[tone // 4 : -tone // 4, 0]) / 0.1) for one in tones]
        assert np.allclose(levels, [-6 if place == soft else 0 for place in range(3)], atol=0.01)
        assert [rms(one.sum(axis=1)) < 1e-9 for one in tones] == [place == opposite for place in range(3)]
        assert len(sound) == 3 * tone + 2 * gap
    spectrum = np.abs(np.fft.rfft(sound[:tone, 0]))
    assert spectrum.argmax() == 200


def test_volume_is_at_the_clips_level_and_spectrum_and_beeps_can_be_counted(opened, tmp_path, fake_modules):
    build.build(opened, tmp_path / "out", PARAMS)
    clips = [soundfile.read(path)[0] for path in sorted((tmp_path / "out/clips").iterdir())]
    noise, rate = soundfile.read(tmp_path / "out/sounds/volume.wav")
    assert rms(noise) == pytest.approx(
        np.median([rms(clip) for clip in clips]), rel=2 / FULL_SCALE / rms(noise)
    )
    assert len(noise) == opened.sound.samples
    mean = np.mean([np.abs(np.fft.rfft(clip / rms(clip))) ** 2 for clip in clips], axis=0)
    assert np.corrcoef(np.log(mean[1:-1]), np.log(np.abs(np.fft.rfft(noise))[1:-1] ** 2))[0, 1] > 0.9
    for count in range(1, checks.BEEPS + 1):
        beeps, _ = soundfile.read(tmp_path / f"out/sounds/beeps-{count}.wav")
        loud = np.convolve(np.abs(beeps) > 0.01, np.ones(rate // 50), "same") > 0
        assert np.count_nonzero(np.diff(loud.astype(int)) == 1) == count


def test_the_command_builds_says_what_and_fails_in_one_line(
    opened, tmp_path, fake_modules, monkeypatch, capsys
):
    def command():
        Path("params.yaml").write_text(yaml.safe_dump({"listen": values, "behavior": BEHAVIOR}))
        monkeypatch.setattr(sys, "argv", ["heschl", "listen", "out", "--shards", str(opened.folder)])
        main.main()
        return capsys.readouterr().out

    monkeypatch.chdir(tmp_path)
    values = plain(PARAMS)
    assert re.fullmatch(r"out: built, 2 sessions, \d+ clips\n", command())
    assert command().startswith("out: as it was,")
    values["trials"] = {"word": 99, "genre": 1}
    with pytest.raises(SystemExit, match=r"^heschl listen: experiment.trials.word is 99; .*$"):
        command()
