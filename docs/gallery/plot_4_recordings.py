"""
Use your own recordings
=======================

Recordings of words, music, scenes and talkers, in any format, are listed in four csv tables. From them
Heschl makes a corpus, splits it so that no speaker, artist or scene source is in two of the splits, and
draws mixtures: which word, in which background, at which SNR.

The project has such a folder, ``inputs/recordings/example``. Its recordings are **synthetic**, and they
are too few to train a useful network; use your folder in its place.
"""

import base64
import io
import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd
import soundfile
import torch

import heschl
from heschl.corpus import make, tables
from heschl.corpus.listings import read_listings
from heschl.corpus.splits import Split
from heschl.mixtures.draw import draw_parts
from heschl.mixtures.mix import parts
from heschl.mixtures.params import MixtureParams
from heschl.mixtures.row import Mixture
from heschl.params import load

ROOT = Path("../..")  # the project's folder, seen from docs/gallery
os.environ["HESCHL_WORKERS"] = "1"  # more processes need a script with: if __name__ == "__main__"
RECORDINGS = ROOT / "inputs/recordings/example"

# %%
# A row of ``words.csv`` says in which file a word is, who says it, and from when to when. Recordings of
# running speech without such times can be aligned with their transcripts: ``heschl align``.

print(pd.read_csv(RECORDINGS / "words.csv").to_string(index=False))

# %%
# With your folder named in ``params.yaml`` (``heschl preset recordings`` writes it there), ``heschl
# check`` reads the tables and says what is wrong with them, before anything is computed. Here is what it
# says of a table whose word ends before it begins:

folder = TemporaryDirectory()
work = Path(folder.name)
wrong = work / "wrong"
wrong.mkdir()
for name in ("words", "music", "scenes", "talkers"):
    table = pd.read_csv(RECORDINGS / f"{name}.csv")
    if name == "words":
        table.loc[0, "end_s"] = 1.0
    table.to_csv(wrong / f"{name}.csv", index=False)

try:
    read_listings(wrong)
except tables.CorpusError as error:
    print(str(error).replace(str(wrong), "wrong"))

# %%
# The corpus
# ----------
#
# ``dvc repro corpus`` makes the corpus, and records how. What it does, from Python:

params = ROOT / "params.yaml"
sound = load("sound", heschl.Sound, params)
split = Split(train=0.6, validation=0.2, test=0.2)
corpus_params = replace(
    load("corpus", make.CorpusParams, params), source="recordings", folder=str(RECORDINGS), split=split
)
made = make.make(corpus_params, work / "corpus", sound)
corpus = tables.load(work / "corpus")
for name, table in corpus.items():
    units = table.groupby("split")[tables.UNIT[name]].nunique()
    counts = ", ".join(f"{units[each]} {each}" for each in ("train", "validation", "test"))
    print(f"{name:8} {len(table):3} rows; {tables.UNIT[name]}s: {counts}")

# %%
# Mixtures
# --------
#
# ``dvc repro mixtures`` decides every clip, as a row of a table. Only a few here, and words alone:

mixture_params = load("mixtures", MixtureParams, params)
few = replace(mixture_params.validation, clips={"word": 4}, labels={})
mixture_params = replace(
    mixture_params, pieces={}, sequence=None, validation=few,
    train=replace(mixture_params.train, clips={"word": 4}, labels={}, backgrounds=()),
    test=replace(mixture_params.test, targets={"word": 1}, labels={}),
)  # fmt: skip
(work / "parts").mkdir()
found = draw_parts(corpus, work / "corpus", ("word",), mixture_params, sound, work / "parts")
mixtures = pd.concat(map(pd.read_parquet, found), ignore_index=True)
print(f"{len(mixtures)} clips; the first of the test:")
print(mixtures[mixtures["split"] == "test"][["word", "source", "background", "snr_db"]].head().to_string())

# %%
# A row becomes sound when it is needed, for the shards or for you. Here is one target of the test, a word
# of a speaker who is in no other split, in three of the backgrounds at +3 dB, as the ear of the default
# network hears it. The dashed lines are the bounds of the word.

ear = heschl.Cochleagram(load("cochleagram", heschl.CochleagramParams, params), sound)
test = mixtures[mixtures["split"] == "test"]
chosen = test[(test["background"] == "clean") | (test["snr_db"] == 3.0)].set_index("background")
names = ["clean", "scene", "babble8", "music"]
figure, panels = plt.subplots(1, 4, figsize=(10, 2.6), sharey=True, layout="constrained")
for axes, name in zip(panels, names, strict=True):
    row = Mixture.of(chosen.loc[name].to_dict() | {"background": name})
    clip = parts(row, work / "corpus", sound).clip
    picture = ear(torch.tensor(clip)[None])[0]
    axes.imshow(
        picture, origin="lower", aspect="auto", cmap="magma", extent=(0, sound.clip_s, 0, len(picture))
    )
    for time_s in (row.word_start_s, row.word_end_s):
        axes.axvline(time_s, color="white", linestyle="--", linewidth=0.8)
    axes.set(title=f"“{row.labels['word']}”, {name}", xlabel="time (s)")
panels[0].set_ylabel("filter")

# %%
# Notebooks, and this page, show an object by its method ``_repr_html_``. So they can play the last of these
# clips, the word in music:


class Player:
    """A waveform (samples,) to listen to, at a rate in Hz."""

    def __init__(self, waveform, rate):
        self.file = io.BytesIO()
        soundfile.write(self.file, waveform, rate, format="WAV")

    def _repr_html_(self):
        content = base64.b64encode(self.file.getvalue()).decode()
        return f'<audio controls src="data:audio/wav;base64,{content}"></audio>'


folder.cleanup()
Player(clip, sound.sample_rate)

# %%
# To train on such clips: ``heschl preset recordings``, the name of your folder in ``corpus.folder`` of
# ``params.yaml``, and ``dvc repro``. The report plays clips of every background.
