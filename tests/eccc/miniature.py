"""A miniature of the corpus, synthesized: its table, and stereo sounds of tones in noise."""

import numpy as np
import soundfile
import torch

from heschl.audio import rms
from heschl.eccc.table import COLUMNS

RATE, MARGIN = 16000, 3200  # Hz; samples before and after the word
HEADER = "ID,Length,Masker,Onset,SNR,Speaker,Target,Raw,Responses,N-Listeners,Counts,Confusion,Consistency"
ROWS = [  # as published: responses separated by |, their counts by spaces
    "1,8000,SSN,104656,-6.5,s1,low,high|high|low,high|low,15,10 5,high,10",
    "2,9001,BAB4,455143,-1.25,s2,high,low|low|hay,low|hay,14,9 1,low,9",
    "30,6400,BMN3,658770,-4,s1,low,lower|high|low,lower|high|low,15,8 4 3,lower,8",
    "31,8000,SSN,658771,-5,s3,tall,ball|high,ball|high,15,12 3,ball,12",
    "32,8000,SSN,658772,-5,s3,High,low,low,15,15,low,15",
]
CELLS = dict(
    zip(COLUMNS, ["7", "8000", "SSN", "-6", "s1", "low", "high|low", "15", "9 6", "high"], strict=True)
)


def channels(samples, snr_db, seed, margin=MARGIN):
    """Return (frames, 2): a tone of `samples` samples between silences, and noise at an SNR over the tone."""
    rng = np.random.default_rng(seed)
    word = np.sin(2 * np.pi * rng.uniform(200, 2000) * np.arange(samples) / RATE)
    masker = rng.standard_normal(samples + 2 * margin)
    masker *= rms(word) / rms(masker[margin : margin + samples]) / 10 ** (snr_db / 20)
    return 0.05 * np.c_[np.pad(word, margin), masker]


def made(folder, rows=ROWS, header=HEADER, sounds="confusionWavs", name="T_{}.wav"):
    """Write the table and the sounds; return the folder."""
    (folder / sounds).mkdir(parents=True)
    (folder / "confusionCorpus_v1.2.csv").write_text("\n".join([header, *rows]) + "\n")
    for seed, row in enumerate(rows):
        cells = row.split(",")
        sound = channels(int(cells[1]), float(cells[4]), seed)
        soundfile.write(folder / sounds / name.format(cells[0]), sound, RATE, subtype="PCM_16")
    return folder


class Stub:
    """A network whose logits are given, (clips, classes), whatever it hears; it keeps what it heard."""

    def __init__(self, sound, labels, logits):
        self.sound, self.labels = sound, {"word": labels}
        self.logits, self.heard = torch.as_tensor(logits, dtype=torch.float32), []

    def __call__(self, waveforms):
        first = sum(map(len, self.heard))
        self.heard.append(waveforms.numpy())
        return {"word": self.logits[first : first + len(waveforms)]}
