"""A folder of recordings to tables and wav files: formats, bad files, budgets, names, processes."""

import os
import struct
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from scipy import signal

from heschl import audio
from heschl.corpus import conversion, recordings
from heschl.corpus.listings import read_listings
from heschl.corpus.tables import COLUMNS, QUARANTINE, CorpusError

RATE = 16000
REAL = Path(os.environ.get("HESCHL_RECORDINGS", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setenv("HESCHL_WORKERS", "1")


def tone(rate=RATE, seconds=1.0, channels=1, hz=440.0):
    sound = 0.25 * np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate)
    return np.stack([sound * (channel + 1) for channel in range(channels)], axis=1)


def write(folder, file, sound=None, rate=RATE, **kind):
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(rate) if sound is None else sound, rate, **kind)


def table(rows, name="words"):
    """Return a listing of rows (file, start_s, end_s) or (file, start_s, end_s, label), numbered from 2."""
    whole = [(row[0], *(row[3:] or ("one",)), "anna", *row[1:3]) for row in rows]
    frame = pd.DataFrame(
        whole,
        columns=["file", "word", "speaker", "start_s", "end_s"],
        index=pd.RangeIndex(2, len(rows) + 2, name="row"),
    )
    return {name: frame[list(COLUMNS[name])]}


def convert(folder, rows, budget=0.0, rate=RATE):
    tables, quarantine = recordings.convert_all(folder, table(rows), folder / "out" / "audio", rate, budget)
    return tables["words"], quarantine


def samples(folder, file):
    return soundfile.read(folder / "out" / file, dtype="int16")[0]


FORMATS = [
    ("a.wav", 8000, 1),
    ("a.wav", 16000, 2),
    ("a.flac", 44100, 2),
    ("a.ogg", 44100, 1),
    ("a.mp3", 22050, 2),
]


@pytest.mark.parametrize(("file", "rate", "channels"), FORMATS)
def test_a_tone_keeps_its_frequency_and_level(tmp_path, file, rate, channels):
    write(tmp_path, file, tone(rate, 1.0, channels), rate)
    words, quarantine = convert(tmp_path, [(file, 0.0, 1.0)])
    assert quarantine.empty
    pcm = samples(tmp_path, words["file"][0])
    decoded = soundfile.read(tmp_path / file, always_2d=True)[0].mean(axis=1)
    gcd = np.gcd(rate, RATE)
    expected = signal.resample_poly(decoded, RATE // gcd, rate // gcd, window=("kaiser", 12.0))
    inner = slice(800, 15200)
    np.testing.assert_allclose(pcm[inner] / 32768, expected[inner], atol=2e-3)
    assert np.argmax(np.abs(np.fft.rfft(pcm[:RATE]))) == 440
    assert audio.rms(pcm[inner] / 32768) == pytest.approx(0.25 * (channels + 1) / 2 / np.sqrt(2), rel=0.01)


def not_finite(value):
    sound = tone()[:, 0]
    sound[100] = value
    return sound


def header(path, at, value):
    content = bytearray(path.read_bytes())
    content[at : at + 4] = struct.pack("<I", value)
    path.write_bytes(content)


@pytest.fixture
def bad(tmp_path):
    """Return a folder with every kind of bad file: name -> reason."""
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "nothing.wav").touch()
    (tmp_path / "text.wav").write_text("not a sound")
    (tmp_path / "headerless.raw").write_bytes(bytes(1000))
    (tmp_path / "lost.wav").symlink_to(tmp_path / "cache" / "ab")
    write(tmp_path, "header.wav", np.zeros(0))
    write(tmp_path, "short.wav", tone(seconds=0.9))
    write(tmp_path, "nan.wav", not_finite(np.nan), subtype="FLOAT")
    write(tmp_path, "inf.wav", not_finite(np.inf), subtype="FLOAT")
    write(tmp_path, "silent.wav", np.full(RATE, 0.1))
    write(tmp_path, "cancels.wav", tone() * [1, -1])
    write(tmp_path, "Capital.WAV")
    for name, rate in (("rate0.wav", 0), ("rate7.wav", 7)):
        write(tmp_path, name)
        header(tmp_path / name, 24, rate)
    write(tmp_path, "cut.flac", np.random.default_rng(0).uniform(-1, 1, RATE))
    content = (tmp_path / "cut.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    return {
        "missing.wav": "missing",
        "capital.wav": "missing; did you mean 'Capital.WAV'? Capitals and spaces must match",
        "b\\a.wav": "missing; use / instead of \\ in paths",
        "lost.wav": "missing: a broken link (dvc checkout",
        "folder.wav": "not a file",
        "nothing.wav": "empty: 0 bytes",
        "header.wav": "empty: no samples",
        "text.wav": "unreadable: Format not recognised",
        "headerless.raw": "unreadable: samplerate must be specified",
        "cut.flac": "unreadable: ",
        "rate0.wav": "unreadable: its header gives a sample rate of 0",
        "rate7.wav": "sample rate of 7 Hz; expected 1000 to",
        "short.wav": "shorter than its row says: lasts 0.900 s, the row is 0.0 to 1.0 s",
        "nan.wav": "not finite: sample 100 is nan (1 such sample)",
        "inf.wav": "not finite: sample 100 is inf (1 such sample)",
        "silent.wav": "silent: rms 0 after mixing to mono (full scale: 32768)",
        "cancels.wav": "antiphase: its channels cancel each other (rms -15.1 dB in a channel, -",
    }


def test_bad_files_are_quarantined_within_the_budget(tmp_path, bad):
    write(tmp_path, "good.wav")
    rows = [(file, 0.0, 1.0) for file in ("good.wav", *bad)]
    share = len(bad) / len(rows)
    words, quarantine = convert(tmp_path, rows, share)
    assert list(quarantine.columns) == list(QUARANTINE)
    assert quarantine["file"].tolist() == list(bad)
    assert quarantine["row"].tolist() == list(range(3, len(rows) + 2))
    for found, reason in zip(quarantine["reason"], bad.values(), strict=True):
        assert found.startswith(reason), (found, reason)
    assert len(words) == 1
    kept = [
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    ]
    assert kept == words["file"].tolist()
    problem = (
        r"(?s)17 of 18 files \(94.4%\) .* corpus.bad_file_budget allows 94.0%:\n"
        r"  words.csv, row 3, missing.wav: missing\n"
    )
    with pytest.raises(
        CorpusError,
        match=problem + ".*and 7 more\nCorrect them, remove their rows, or raise corpus.bad_file_budget",
    ):
        convert(tmp_path, rows, 0.94)


def test_a_wrong_folder_stops_before_anything_is_decoded(tmp_path, monkeypatch):
    write(tmp_path, "good.wav")
    monkeypatch.setattr(conversion, "heard", lambda path, rate: pytest.fail("decoded"))
    with pytest.raises(CorpusError, match="1 of 2 files"):
        convert(tmp_path, [("good.wav", 0.0, 1.0), ("missing.wav", 0.0, 1.0)], 0.1)


def test_an_empty_table_is_an_error_and_a_lost_label_a_warning(tmp_path, caplog):
    write(tmp_path, "good.wav")
    with pytest.raises(CorpusError, match=r"words.csv: none of its 1 rows can be used; the first is missing"):
        convert(tmp_path, [("missing.wav", 0.0, 1.0)], 1.0)
    convert(tmp_path, [("good.wav", 0.0, 1.0, "one"), ("missing.wav", 0.0, 1.0, "two")], 0.5)
    assert "words.csv: no recording of two can be used" in caplog.text


def test_rows_of_one_file_stand_or_fall_alone(tmp_path):
    sound = tone(seconds=2.0)
    sound[RATE:] = 0
    write(tmp_path, "a.wav", sound)
    stretches = [(0.5, 1.5), (0.5, 2.04), (1.1, 1.9), (0.5, 2.06), (2.0, 2.01), (0.1, 0.10001)]
    words, quarantine = convert(tmp_path, [("a.wav", *stretch) for stretch in stretches], 1.0)
    assert words[["start_s", "end_s"]].values.tolist() == [[0.5, 1.5], [0.5, 2.0]]
    assert words["file"].nunique() == 1
    assert quarantine["row"].tolist() == [4, 5, 6, 7]
    assert [reason.split(" ")[0] for reason in quarantine["reason"]] == [
        "silent:",
        "shorter",
        "shorter",
        "the",
    ]
    assert quarantine["reason"].iloc[3] == f"the part from 0.1 to 0.10001 s contains no sample at {RATE} Hz"


def test_an_offset_is_removed_and_an_excess_is_lowered_not_clipped(tmp_path, caplog):
    write(tmp_path, "offset.wav", tone() + 0.25, subtype="FLOAT")
    write(tmp_path, "loud.wav", 8 * tone(), subtype="FLOAT")
    words, _ = convert(tmp_path, [("offset.wav", 0.0, 1.0), ("loud.wav", 0.0, 1.0)])
    offset, loud = (samples(tmp_path, file) for file in words["file"])
    np.testing.assert_allclose(offset, 32768 * tone()[:, 0], atol=1.5)
    np.testing.assert_allclose(loud, 32768 * 4 * tone()[:, 0], atol=1.5)
    assert "1 of 2 recordings exceeded full scale and were attenuated, by at most 6.0 dB" in caplog.text


@pytest.mark.parametrize(("listed", "stored"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFC", "NFC")])
def test_names_match_in_any_unicode_form(tmp_path, listed, stored):
    write(tmp_path, unicodedata.normalize(stored, "N\u00ffme/S\u00e9culaire.wav"))
    words, quarantine = convert(
        tmp_path, [(unicodedata.normalize(listed, "N\u00ffme/S\u00e9culaire.wav"), 0.0, 1.0)]
    )
    assert quarantine.empty
    assert words["file"][0].startswith("audio/words/seculaire-")
    assert words["file"][0].isascii()
    assert len(samples(tmp_path, words["file"][0])) == RATE


def test_links_into_a_cache_and_a_linked_folder_are_followed(tmp_path):
    write(tmp_path / "cache", "ab.wav")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.wav").symlink_to(tmp_path / "cache" / "ab.wav")
    (tmp_path / "linked").symlink_to(tmp_path / "data")
    words, quarantine = convert(tmp_path / "linked", [("a.wav", 0.0, 1.0)])
    assert quarantine.empty
    assert len(samples(tmp_path / "linked", words["file"][0])) == RATE


def test_a_recording_in_two_tables_is_decoded_once(tmp_path, monkeypatch):
    write(tmp_path, "a.wav")
    heard, seen = conversion.heard, []
    monkeypatch.setattr(conversion, "heard", lambda path, rate: seen.append(path) or heard(path, rate))
    rows = [("a.wav", 0.0, 0.5), ("a.wav", 0.5, 1.0)]
    tables, _ = recordings.convert_all(
        tmp_path, table(rows) | table(rows[:1], "talkers"), tmp_path / "out" / "audio", RATE, 0.0
    )
    assert len(seen) == 1
    assert set(tables["words"]["file"]) == set(tables["talkers"]["file"])
    assert tuple(tables["talkers"].columns) == COLUMNS["talkers"]


def test_the_same_bytes_for_one_process_and_two(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    rates = [8000, 44100, 16000]
    for number, rate in enumerate(rates):
        write(tmp_path, f"{number}.wav", rng.uniform(-0.5, 0.5, rate // 2), rate)
    rows = [(f"{number}.wav", 0.0, 0.5) for number in range(len(rates))] + [("missing.wav", 0.0, 1.0)]
    made = []
    for count in "12":
        monkeypatch.setenv("HESCHL_WORKERS", count)
        out = tmp_path / count / "audio"
        tables, quarantine = recordings.convert_all(tmp_path, table(rows), out, RATE, 0.5)
        contents = {
            path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
        }
        made.append((tables["words"].to_csv(), quarantine.to_csv(), contents))
    assert made[0] == made[1]
    assert len(made[0][2]) == len(rates)


@pytest.mark.skipif(
    not (REAL / "words.csv").is_file(), reason=f"no recordings in {REAL}; set HESCHL_RECORDINGS"
)
def test_real_recordings_are_all_usable(tmp_path):
    tables = read_listings(REAL)
    music = tables["music"][~tables["music"]["file"].map(str.isascii) | (tables["music"]["end_s"] < 30)]
    some = {name: frame.iloc[:: max(1, len(frame) // 8)] for name, frame in tables.items()} | {"music": music}
    kept, quarantine = recordings.convert_all(REAL, some, tmp_path / "audio", RATE, 0.0)
    assert quarantine.empty
    for name, frame in kept.items():
        assert len(frame) == len(some[name])
        assert np.abs(frame["end_s"].to_numpy() - some[name]["end_s"].to_numpy()).max() < 0.05
        for row in frame.itertuples():
            info = soundfile.info(tmp_path / row.file)
            assert (info.samplerate, info.channels, info.subtype) == (RATE, 1, "PCM_16")
            assert row.end_s <= info.duration
