import re

import numpy as np
import pytest
import soundfile
from scipy import signal

from heschl.audio import Sound
from heschl.eccc.sounds import file_of, files, placed, stimulus
from heschl.eccc.table import EcccError, find, read
from tests.eccc.miniature import MARGIN, RATE, channels, made


@pytest.fixture
def corpus(tmp_path):
    return made(tmp_path / "corpus")


def clip_and_path(corpus, number=0):
    clip = read(find(corpus))[number]
    return clip, file_of(clip, files(corpus), corpus)


@pytest.mark.parametrize("number", range(5))
def test_channels_are_summed_as_they_are_in_the_middle_of_the_clip(corpus, number):
    clip, path = clip_and_path(corpus, number)
    heard = stimulus(path, clip, Sound(sample_rate=RATE, clip_s=2.0))
    stereo, _ = soundfile.read(path)
    mixture = stereo[:, 0] + stereo[:, 1]
    expected, first = np.zeros(2 * RATE), (2 * RATE - len(mixture)) // 2
    expected[first : first + len(mixture)] = mixture - mixture.mean()
    np.testing.assert_allclose(heard.waveform, expected, atol=1e-6)
    assert abs(first + MARGIN + clip.samples / 2 - RATE) <= 0.5  # the middle of the word
    assert heard.snr_db == pytest.approx(clip.snr_db, abs=0.01)


def test_the_sound_has_the_rate_of_the_network(corpus):
    clip, path = clip_and_path(corpus)
    heard = stimulus(path, clip, Sound(sample_rate=20000, clip_s=2.0)).waveform
    mixture = soundfile.read(path)[0].sum(1)
    expected = placed(signal.resample_poly(mixture - mixture.mean(), 5, 4), 40000)
    assert len(heard) == 40000
    assert np.corrcoef(heard, expected)[0, 1] > 0.99


@pytest.mark.parametrize(("given", "samples"), [(5, 5), (3, 8), (4, 8), (8, 3), (9, 4)])
def test_middles_coincide(given, samples):
    impulse = np.zeros(given)
    impulse[given // 2] = 1
    place = np.flatnonzero(placed(impulse, samples))
    assert len(placed(impulse, samples)) == samples
    assert abs(place[0] - samples // 2) <= 1


def test_sounds_are_found_in_the_folder_or_one_below(tmp_path):
    for sounds, name in ((".", "T_{}.wav"), ("wavs", "{}.WAV")):
        corpus = made(tmp_path / sounds / "corpus", sounds=sounds, name=name)
        assert clip_and_path(corpus)[1].name == name.format(1)
    (corpus / "wavs" / "._1.wav").touch()  # left by an archive program
    (corpus / "more").mkdir()
    (corpus / "more" / "1.wav").touch()
    with pytest.raises(EcccError, match=r"ID 1 is in two files: .*more.1\.wav and .*wavs.1\.WAV"):
        clip_and_path(corpus)


def test_a_missing_sound_is_named(corpus):
    (corpus / "confusionWavs" / "T_1.wav").unlink()
    said = rf"{re.escape(str(corpus))} has no sound of ID 1: expected T_1\.wav"
    with pytest.raises(EcccError, match=said):
        clip_and_path(corpus)


def test_an_id_leads_to_no_file_outside_the_folder(tmp_path):
    row = "../../secret,8000,SSN,1,-6,s1,low,high,high,15,10,high,10"
    corpus = made(tmp_path / "corpus", rows=[])
    (corpus / "confusionCorpus_v1.2.csv").open("a").write(row)
    soundfile.write(tmp_path / "secret.wav", channels(8000, 0, 0), RATE)
    with pytest.raises(EcccError, match="has no sound of ID"):
        clip_and_path(corpus)


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        (channels(8000, 0, 0)[:, 0], "has 1 channel; expected 2, speech on the left"),
        (np.c_[channels(8000, 0, 0), np.zeros(8000 + 2 * MARGIN)], "has 3 channels; expected 2"),
        (channels(7000, 0, 0, margin=0), r"has 7000 samples; expected at least the 8000 of its word"),
        (np.full((9000, 2), np.nan), "cannot be used: not finite"),
    ],
)
def test_other_sounds_are_errors_that_name_the_file(corpus, sound, message):
    clip, path = clip_and_path(corpus)
    soundfile.write(path, sound, RATE, subtype="FLOAT")
    with pytest.raises(EcccError, match=f"^{re.escape(str(path))} {message}"):
        stimulus(path, clip, Sound(sample_rate=RATE, clip_s=2.0))
    path.write_text("no sound")
    with pytest.raises(EcccError, match="cannot be read"):
        stimulus(path, clip, Sound(sample_rate=RATE, clip_s=2.0))


def test_a_silent_masker_has_no_finite_snr(corpus):
    clip, path = clip_and_path(corpus)
    sound = channels(8000, 0, 0) * [1, 0]
    soundfile.write(path, sound, RATE)
    assert stimulus(path, clip, Sound(sample_rate=RATE, clip_s=2.0)).snr_db == np.inf
