"""Every sound is heard whole, whatever its header says, and a wrong header is named."""

import re

import numpy as np
import pytest
import soundfile

from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import heard
from tests.helpers import broken
from tests.helpers.broken import RATE, SECONDS, noise


def hear(path, rate=RATE):
    with heard(path, rate) as found:
        return found.waveform(), found.notes


CRASHED = [(0, 0), (36, 0), (8, 0), (None, 0), (1000, 48000)]
STREAMED = [(0xFFFFFFFF, 0xFFFFFFFF), (0x7FFFF024, 0x7FFFF000)]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize(("riff", "data"), CRASHED)
def test_a_wav_whose_recorder_crashed_is_heard_whole(tmp_path, riff, data, subtype):
    expected = broken.wav(tmp_path / "a.wav", riff, data, subtype=subtype)
    waveform, (note,) = hear(tmp_path / "a.wav")
    np.testing.assert_allclose(waveform, expected - expected.mean(), atol=1e-4)
    assert f"a.wav: its header gives {data} bytes of samples" in note
    assert "6.00 s were found" in note


@pytest.mark.parametrize(("riff", "data"), STREAMED)
def test_a_wav_that_was_written_to_a_pipe_has_no_fault(tmp_path, riff, data):
    broken.wav(tmp_path / "a.wav", riff, data)
    waveform, notes = hear(tmp_path / "a.wav")
    assert (len(waveform), notes) == (SECONDS * RATE, [])


def test_chunks_after_the_samples_are_no_samples(tmp_path):
    broken.wav(tmp_path / "a.wav")
    with open(tmp_path / "a.wav", "ab") as file:
        file.write(b"LIST\x10\0\0\0INFOIART\4\0\0\0anna")
    waveform, notes = hear(tmp_path / "a.wav")
    assert (len(waveform), notes) == (SECONDS * RATE, [])


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.au", "a.w64"])
def test_a_header_that_is_longer_than_its_file_is_named(tmp_path, name):
    path = tmp_path / name
    soundfile.write(path, noise(), RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    waveform, (note,) = hear(path)
    assert len(waveform) == pytest.approx(SECONDS * RATE / 2, abs=60)
    assert re.search(rf"{name}: its header gives (6\.00|5\.99) s, but the file ends at [23]\.", note)
    assert note.endswith("s: was it cut short?")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, ""),
        (SECONDS, ""),
        (3, "its header gives 3.00 s, but the file contains 6.00 s: all of it is used"),
        (12, "its header gives 12.00 s, but the file ends at 6.00 s"),
    ],
)
def test_the_length_in_the_header_of_a_flac_is_not_believed(tmp_path, seconds, said):
    broken.flac(tmp_path / "a.flac", seconds)
    waveform, notes = hear(tmp_path / "a.flac")
    assert len(waveform) == SECONDS * RATE
    assert bool(notes) == bool(said)
    assert all(said in note for note in notes)


def test_an_mp3_without_a_length_tag_is_heard_whole(tmp_path):
    broken.mp3(tmp_path / "a.mp3", tag=False)
    with soundfile.SoundFile(tmp_path / "a.mp3") as file:
        assert abs(file.frames - SECONDS * 44100) > 2 * 44100  # what libsndfile estimates
    waveform, notes = hear(tmp_path / "a.mp3", 44100)
    assert len(waveform) == pytest.approx(SECONDS * 44100, abs=3000)
    assert notes == []
    broken.mp3(tmp_path / "b.mp3")
    tagged, notes = hear(tmp_path / "b.mp3", 44100)
    assert (len(tagged), notes) == (SECONDS * 44100, [])
    delay = 576 + 529  # samples, of LAME and of the decoder, which a tag tells to leave out
    np.testing.assert_allclose(waveform[delay + 4000 :][: len(tagged) - 4000], tagged[4000:], atol=1e-3)


def test_joined_mp3_files_are_heard_to_the_end_of_the_last(tmp_path):
    broken.mp3(tmp_path / "a.mp3", joined=3, seconds=2)
    waveform, (note,) = hear(tmp_path / "a.mp3", 44100)
    assert len(waveform) == pytest.approx(3 * 2 * 44100, abs=9000)
    assert "its header gives 2.00 s, but the file contains 6." in note


def test_an_ogg_file_that_was_cut_or_joined_is_named(tmp_path):
    path = tmp_path / "a.ogg"
    soundfile.write(path, noise(), RATE)
    assert hear(path)[1] == []
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "its last page is missing (was it cut short?)" in hear(path)[1][0]
    path.write_bytes(2 * content)
    assert "bytes follow the end of its first stream" in hear(path)[1][0]


def test_what_a_decoder_prints_is_said_with_the_name_of_the_file(tmp_path, capfd):
    broken.mp3(tmp_path / "a.mp3")
    content = bytearray((tmp_path / "a.mp3").read_bytes())
    for place in np.random.default_rng(1).integers(500, len(content), 80):
        content[place] = 255 - content[place]
    (tmp_path / "a.mp3").write_bytes(content)
    _, notes = hear(tmp_path / "a.mp3")
    assert capfd.readouterr().err == ""
    assert "a.mp3: its decoder says: " in notes[0]
    assert "[src/" not in notes[0]


def test_an_error_within_a_file_comes_after_what_was_decoded(tmp_path):
    path = tmp_path / "a b.flac"
    soundfile.write(path, noise(seconds=60), RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with heard(path, RATE) as found:
        assert found.fault.startswith("unreadable: cannot be read beyond 2")
        message = r"a b\.flac cannot be read beyond .*ffmpeg -i '.*/a b\.flac' 'a b-converted\.wav'"
        with pytest.raises(SoundError, match=message):
            list(found.blocks())
        assert found.survey.duration_s > 20


@pytest.mark.parametrize(
    ("channels", "antiphase"),
    [
        ([noise(), -noise()], True),
        ([noise(), -0.98 * noise()], True),
        ([noise() + 0.2, 0.1 - noise()], True),
        ([noise(), noise(1)], False),
        ([noise(seed) for seed in range(8)], False),
        ([noise(), np.zeros(SECONDS * RATE)], False),
        ([np.zeros(100), np.zeros(100)], False),
        ([np.full(100, 0.2)], False),
    ],
)
def test_channels_that_cancel_each_other_are_named_antiphase(tmp_path, channels, antiphase):
    soundfile.write(tmp_path / "a.wav", np.stack(channels, axis=1), RATE)
    with heard(tmp_path / "a.wav", RATE) as found:
        fault, notes = found.fault, found.notes
    assert fault.startswith("antiphase: its channels cancel each other (rms -2") == antiphase
    assert len(notes) == antiphase
    assert all(note.endswith(" -af 'pan=mono|c0=0.5*c0-0.5*c1' a-converted.wav") for note in notes)


def test_an_offset_is_that_of_the_whole_file(tmp_path):
    stereo = np.stack([noise() + 0.3, noise(1) + 0.1], 1)
    soundfile.write(tmp_path / "a.wav", stereo, RATE, subtype="DOUBLE")
    mean = stereo.mean(1)
    np.testing.assert_allclose(hear(tmp_path / "a.wav")[0], mean - mean.mean(), atol=1e-7)
