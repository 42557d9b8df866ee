"""Sounds of a folder and of a corpus, with their labels."""

import itertools
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from heschl.activations.labels import LabelsError
from heschl.activations.names import listed, stem
from heschl.activations.sounds import SoundsError, of_corpus, of_folder
from heschl.audio import Sound, rms
from heschl.corpus.conversion import Recording, convert
from heschl.corpus.tables import CorpusError
from heschl.recognize.windows import windows
from heschl.spreadsheets import SpreadsheetError

REAL = (
    Path(os.environ.get("HESCHL_RECORDINGS", Path(__file__).parents[3] / "shared" / "data")) / "natsound165"
)
SOUND = Sound(sample_rate=8000, clip_s=0.5)


@pytest.fixture
def folder(tmp_path):
    """Three synthetic tones of 0.5 s: stim2, stim10 (at another rate, in stereo) and horn."""
    (tmp_path / "wav").mkdir()
    for name, rate, level in (
        ("stim10.flac", 44100, 0.01),
        ("stim2.wav", 8000, 0.5),
        ("horn.ogg", 16000, 0.1),
    ):
        tone = level * np.sin(2 * np.pi * 440 * np.arange(rate // 2) / rate)
        soundfile.write(
            tmp_path / "wav" / name, np.stack([tone, tone], axis=1) if rate == 44100 else tone, rate
        )
    (tmp_path / "wav" / "notes.txt").touch()
    (tmp_path / "wav" / "._stim2.wav").touch()  # as macOS leaves behind
    return tmp_path


def test_a_folder_gives_sounds_of_one_rate_length_and_level(folder):
    sounds = of_folder(folder, SOUND)
    assert sounds.names == ("horn", "stim2", "stim10")
    assert sounds.waveforms.shape == (3, 4000)
    assert sounds.waveforms.dtype == np.int16
    assert not sounds.labels
    tone = np.sin(2 * np.pi * 440 * np.arange(4000) / 8000)
    for waveform in sounds.waveforms:
        assert rms(waveform / 32768) == pytest.approx(10 ** (-26 / 20), rel=1e-3)
        assert np.corrcoef(waveform, tone)[0, 1] > 0.99


def test_sounds_are_picked_by_name_with_their_labels(folder):
    (folder / "labels.csv").write_text(
        "\ufeffsound,kind,place\nstim10.flac,tone,\nhorn,brass,hall\nstim2,tone,lab\n"
    )
    sounds = of_folder(folder, SOUND)
    chosen = sounds.select(["stim10", "horn"])
    assert chosen.names == ("stim10", "horn")
    assert len(chosen) == 2
    assert chosen.labels["kind"].tolist() == ["tone", "brass"]
    assert chosen.labels["place"].tolist() == ["", "hall"]
    np.testing.assert_array_equal(chosen.waveforms[1], sounds.waveforms[sounds.names.index("horn")])
    with pytest.raises(SoundsError, match=r"2 of 3 sounds are missing: x, y\. Add"):
        sounds.select(["x", "horn", "y"])


def test_a_sound_with_a_high_peak_is_attenuated_not_clipped(folder):
    clicks = np.zeros(4000)
    clicks[::1000] = 0.2
    soundfile.write(folder / "wav" / "clicks.wav", clicks, 8000)
    heard = of_folder(folder, SOUND).select(["clicks"]).waveforms[0]
    clicks -= clicks.mean()
    np.testing.assert_allclose(heard, clicks / clicks.max() * 0.999 * 32768, atol=1)


def test_a_sound_is_heard_as_in_the_corpus_and_in_recognition(tmp_path):
    offset = 0.2 + 0.05 * np.random.default_rng(0).standard_normal(2 * 44100)
    (tmp_path / "wav").mkdir()
    soundfile.write(tmp_path / "wav" / "x.flac", offset, 44100, subtype="PCM_24")
    sound = Sound(sample_rate=16000, clip_s=2.0)
    (brain,) = of_folder(tmp_path, sound).waveforms
    recording = Recording(tmp_path / "wav" / "x.flac", tmp_path / "x.wav", ((0.0, 2.0),))
    convert(recording, 16000)
    corpus = soundfile.read(recording.wav)[0]
    (window,) = windows(tmp_path / "wav" / "x.flac", sound)
    for waveform in (brain / 32768, corpus, window.waveform):
        assert abs(waveform.mean()) < 1e-4
        assert np.corrcoef(waveform, corpus)[0, 1] > 1 - 1e-6


def test_a_sound_that_was_cut_short_or_cancels_says_so(folder):
    path = folder / "wav" / "x.wav"
    soundfile.write(path, 0.1 * np.sin(np.arange(4000)), 8000)
    path.write_bytes(path.read_bytes()[:4044])
    message = r"x\.wav is 0\.250 s long \(its header gives 0\.50 s, but the file ends at 0\.25 s"
    with pytest.raises(SoundsError, match=message):
        of_folder(folder, SOUND)
    soundfile.write(path, np.sin(np.arange(4000))[:, None] * [0.1, -0.1], 8000)
    with pytest.raises(SoundsError, match=r"x\.wav cannot be used: antiphase: .* Invert one of its channels"):
        of_folder(folder, SOUND)


@pytest.mark.parametrize(
    ("waveform", "message"),
    [
        (np.ones(4200), r"x\.wav is 0\.525 s long; expected 0\.5 s \(sound\.clip_s\)"),
        (np.ones(3920), "is 0.490 s long"),
        (np.zeros(4000), r"x\.wav is silent"),
        (np.full(4000, 1e-6), "is silent"),
        (np.r_[np.ones(3999), np.nan], "not finite"),
    ],
)
def test_unusable_sound_files_are_named(folder, waveform, message):
    soundfile.write(folder / "wav" / "x.wav", waveform, 8000, subtype="FLOAT")
    with pytest.raises(SoundsError, match=message):
        of_folder(folder, SOUND)


def test_folders_without_usable_files_are_named(folder, tmp_path):
    (folder / "wav" / "stim2.mp3").write_bytes(b"no sound")
    with pytest.raises(
        SoundsError, match=r"stim2\.(mp3|wav) and stim2\.(mp3|wav) are both the sound 'stim2'"
    ):
        of_folder(folder, SOUND)
    (folder / "wav" / "stim2.wav").unlink()
    with pytest.raises(SoundsError, match=r"stim2\.mp3 cannot be read"):
        of_folder(folder, SOUND)
    for file in (folder / "wav").iterdir():
        file.unlink()
    with pytest.raises(SoundsError, match="contains no sound file"):
        of_folder(folder, SOUND)
    with pytest.raises(SoundsError, match="nowhere/wav is missing"):
        of_folder(tmp_path / "nowhere", SOUND)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "category_labels.csv",
            "horn,Music\nstim2,Tone\nstim3,Tone\n",
            "row 3: 'stim3' is not one of the sounds",
        ),
        ("category_labels.csv", "horn,Music\nstim2,Tone\n", "has no row for 1 sounds: stim10"),
        ("category_labels.csv", "horn,Music\n\nhorn,Tone\n", "row 3: 'horn' already has a row"),
        ("category_labels.csv", "horn,Music,loud\n", "row 1: 3 values for 2 columns"),
        ("labels.csv", "name,kind\n", "row 1: name,kind; expected sound"),
        ("labels.csv", "sound\nhorn\n", "row 1: sound; expected sound and one or more labels"),
        ("labels.csv", "sound,kind,kind\n", "each named once"),
        ("labels.csv", "\n", "is empty"),
        ("labels.csv", b"sound,\xff\n", "is not UTF-8"),
    ],
)
def test_labels_that_do_not_fit_name_their_row(folder, name, text, message):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises((LabelsError, SpreadsheetError), match=message):
        of_folder(folder, SOUND)


def test_two_label_files_are_an_error(folder):
    for name in ("labels.csv", "category_labels.csv"):
        (folder / name).touch()
    with pytest.raises(LabelsError, match="Keep one"):
        of_folder(folder, SOUND)


def test_names():
    assert stem("stim5_alarm.wav") == "stim5_alarm"
    assert stem("v1.2") == "v1.2"
    assert stem("cafe\u0301.MP3") == "caf\u00e9"
    assert listed("abcdefg") == "a, b, c, d, e, ..."


@pytest.fixture(scope="module")
def on_disk(corpus, tmp_path_factory):
    folder, tables = corpus
    copy = tmp_path_factory.mktemp("cut") / "corpus"
    shutil.copytree(folder, copy)
    for name, table in tables.items():
        table.to_parquet(copy / f"{name}.parquet")
    return copy, tables


def test_cuts_of_a_corpus_are_of_the_test_split_and_do_not_overlap(on_disk, sound):
    folder, tables = on_disk
    half = Sound(sample_rate=sound.sample_rate, clip_s=0.5)
    sounds = of_corpus(folder, 11, 3, half)
    assert [name.split("-")[0] for name in sounds.names] == ["speech"] * 4 + ["music"] * 4 + ["scene"] * 3
    assert sounds.names[:2] == ("speech-000", "speech-001")
    assert sounds.labels["category"].tolist()[3:5] == ["speech", "music"]
    test = {row.file for table in tables.values() for row in table.itertuples() if row.split == "test"}
    found = set()
    for waveform in sounds.waveforms:
        found |= {place for file in test for place in occurrences(folder / file, waveform)}
    assert len(found) == 11  # each is somewhere in the test split, and no two at the same place
    places = sorted(found)
    assert all(
        a != b or start + 4000 <= next_start for (a, start), (b, next_start) in itertools.pairwise(places)
    )


def occurrences(file, waveform):
    """Return where in a file a cut comes from, by its shape."""
    samples = soundfile.read(file)[0]
    for start in range(0, len(samples) - len(waveform) + 1, 400):
        if np.corrcoef(samples[start : start + len(waveform)], waveform)[0, 1] > 0.999:
            yield file.name, start


def test_the_seed_decides_the_cuts(on_disk, sound):
    one, same, other = (of_corpus(on_disk[0], 6, seed, sound).waveforms for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_corpus_that_is_too_small_is_an_error_with_its_number_of_cuts(on_disk, sound):
    with pytest.raises(
        SoundsError,
        match=r"has 6 cuts of 1 s of \w+ that neither .*; 100 are needed\. Lower encode.sounds to 18",
    ):
        of_corpus(on_disk[0], 300, 1, sound)
    with pytest.raises(CorpusError, match=r"has a sample rate of 8000 Hz, but sound.sample_rate is 16000"):
        of_corpus(on_disk[0], 3, 1, Sound(sample_rate=16000, clip_s=1.0))


def test_silence_is_not_cut(on_disk, sound, tmp_path):
    folder, tables = shutil.copytree(on_disk[0], tmp_path / "silent"), on_disk[1]
    for file in tables["scenes"].query("split == 'test'")["file"]:
        soundfile.write(folder / file, np.zeros(24000), 8000, subtype="PCM_16")
    with pytest.raises(SoundsError, match="has 0 cuts of 1 s of scene"):
        of_corpus(folder, 3, 1, sound)
    (folder / file).unlink()
    with pytest.raises(CorpusError, match="cannot be read"):
        of_corpus(folder, 3, 1, sound)


def test_the_165_natural_sounds():
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is missing")
    sounds = of_folder(REAL, Sound(sample_rate=16000, clip_s=2.0))
    assert sounds.waveforms.shape == (165, 32000)
    assert sounds.names[:2] == ("stim5_alarm_clock", "stim7_applause")
    assert sounds.labels["category"][sounds.names.index("stim5_alarm_clock")] == "Mechanical"
    assert len(set(sounds.labels["category"])) == 11
