"""
Name words in your own sound
============================

``Recognizer`` applies a trained network to a sound file of any length, sample rate and number of channels,
window by window. The network here is ``real-words``, which comes with Heschl: it knows 23 spoken words and
four genres of music, and was trained on recordings.

So that this page needs no recording, a speech synthesizer says the words: **the voice is synthetic**, and
the network has never heard it. Replace ``sound.wav`` with a file of yours.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import soundfile
import torch

import heschl
from heschl import espeak

VOICE = dict(voice="gmw/en-US+Alex", rate_wpm=150, pitch=50, pitch_range=50, word_gap=0, seed=1)


def spoken(word, seconds=2.0):
    """Return a word in the middle of silence, (samples,) at 22050 Hz."""
    speech, _ = espeak.say(word, **VOICE)
    audible = np.flatnonzero(np.abs(speech) > 0.01 * np.abs(speech).max())
    speech = speech[audible[0] : audible[-1] + 1]
    clip = np.zeros(round(seconds * espeak.RATE), np.float32)
    start = (len(clip) - len(speech)) // 2
    clip[start : start + len(speech)] = speech
    return clip


folder = TemporaryDirectory()
path = Path(folder.name) / "sound.wav"
said = ["stop", "yes", "happy", "nine", "zero"]
soundfile.write(path, np.concatenate([spoken(word) for word in said]), espeak.RATE)

# %%
# The answers come in batches, while the file is being read. Each has the most probable labels of each
# task, and the probability of the null class: that there is no word in the window, or no music.

recognizer = heschl.Recognizer("real-words", top=3)
answers = [answer for batch in recognizer.answers(path) for answer in batch]
for word, answer in zip(said, answers, strict=True):
    named = ", ".join(f"{label} {share:.0%}" for label, share in answer.tasks["word"])
    print(f"{answer.start_s:3.0f} s, said {word:6} heard {named:34} none: {answer.null['word']:.0%}")

# %%
# How the file comes in is the same everywhere in Heschl: decoded to its end, channels averaged, the offset
# removed, and resampled to the rate of the network.

rate = recognizer.hearing.sound.sample_rate
with heschl.heard(path, rate) as sound:
    waveform = sound.waveform()
    print(f"{len(waveform) / rate:g} s at {rate} Hz; notes: {sound.notes or 'none'}")

figure, axes = plt.subplots(figsize=(9, 2.6), layout="constrained")
axes.plot(np.arange(len(waveform)) / rate, waveform, linewidth=0.5)
for answer in answers:
    label, share = answer.tasks["word"][0]
    axes.text(answer.start_s + 1, 1.05 * waveform.max(), f"{label} {share:.0%}", ha="center")
    axes.axvline(answer.end_s, color="gray", linewidth=0.5)
axes.set(xlabel="time (s)", ylabel="waveform", ylim=(None, 1.3 * waveform.max()))

# %%
# In noise
# --------
#
# Without a file, the network itself takes waveforms, (clips, samples), and returns logits. How many of the
# 23 words of this one voice does it still name when white noise is added? This is no measure of the
# network: one synthetic voice says each word once. Its card has measures, on many speakers.

hearing = recognizer.hearing
words = [label for label in hearing.labels["word"] if not label.startswith("__")]
places = [hearing.labels["word"].index(word) for word in words]
temporary = Path(folder.name) / "word.wav"


def at_network_rate(word):
    """Return a spoken word as the network hears it, (samples,)."""
    soundfile.write(temporary, spoken(word), espeak.RATE)
    with heschl.heard(temporary, rate) as sound:
        return sound.waveform()[: hearing.sound.samples]


clips = np.stack([at_network_rate(word) for word in words])
noise = np.random.default_rng(1).standard_normal(clips.shape)
snrs_db = np.arange(-12, 19, 3)
shares = []
for snr_db in snrs_db:
    gain = np.sqrt((clips**2).mean(axis=1) / (noise**2).mean(axis=1)) / 10 ** (snr_db / 20)
    noisy = torch.tensor(clips + gain[:, None] * noise, dtype=torch.float32)
    with torch.inference_mode():
        chosen = hearing(noisy)["word"][:, places].argmax(1)
    shares.append((chosen.numpy() == np.arange(len(words))).mean())

figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
axes.plot(snrs_db, 100 * np.array(shares), "o-")
axes.axhline(100 / len(words), color="gray", linestyle=":", label="chance")
axes.set(xlabel="SNR (dB)", ylabel="words named correctly (%)", ylim=(0, 100))
axes.legend()
folder.cleanup()

# %%
# The same from a shell: ``heschl recognize sound.wav --network real-words --top 3``.
