"""
Predict brain responses from a network
======================================

Which layer of a network predicts which part of auditory cortex? The question is answered by regression:
from the activations of a layer to sounds, predict the responses to the same sounds, and test the
prediction on sounds that were not fitted.

There is no brain here. **The responses are simulated**: a known layer drives each region, and noise is
added. So we can see whether the analysis finds that layer. Yours go into a table of the same form.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

import heschl
from heschl import espeak
from heschl.audio import resample
from heschl.encode import sources

ROOT = Path("../..")  # the project's folder, seen from docs/gallery

# %%
# The sounds: two seconds of each of the example recordings, and words. All of them are synthetic.

hearing = heschl.load_network("real-words")
rate, samples = hearing.sound.sample_rate, hearing.sound.samples
words = [label for label in hearing.labels["word"] if not label.startswith("__")]
sounds = {}
for path in sorted((ROOT / "inputs/recordings/example").rglob("*.ogg")):
    with heschl.heard(path, rate) as sound:
        sounds[path.stem] = sound.waveform()[:samples]
for word in words:
    for variant in ("m3", "f2", "Alex"):
        speech, _ = espeak.say(word, f"gmw/en-US+{variant}", 150, 50, 50, 0, 1)
        sounds[f"{word}-{variant}"] = resample(speech, espeak.RATE, rate)[:samples]
waveforms = torch.tensor(np.stack([np.pad(each, (0, samples - len(each))) for each in sounds.values()]))
print(f"{len(sounds)} sounds")

# %%
# The features of a layer are its activations, averaged over time: (sounds, channel x frequency).

LAYERS = [
    "cochleagram",
    "conv1",
    "conv2",
    "conv3",
    "word.conv4",
    "word.fc5",
    "genre.conv4",
    "genre.fc5",
]


def features_of(network):
    """Return {layer: (sounds, features)} of all sounds."""
    found = {layer: [] for layer in LAYERS}
    for batch in network.activations(waveforms, layers=LAYERS):
        for layer, value in batch.items():
            mean = value.mean(dim=-1) if value.ndim > 2 else value  # a dense layer has no time
            found[layer].append(mean.flatten(1).numpy())
    return {layer: np.concatenate(parts).astype(float) for layer, parts in found.items()}


features = features_of(hearing)

# %%
# The table of responses
# ----------------------
#
# A row for each sound, response (a voxel, an electrode) and repeat. Participant and region are optional.
# We simulate two regions of 20 voxels in three repeats: each voxel is a random sum of the first components
# of a layer, and two thirds of the variance of a single repeat are noise.

rng = np.random.default_rng(1)
DRIVES, VOXELS, REPEATS = {"early": "conv1", "late": "word.fc5"}, 20, 3
rows = []
for region, layer in DRIVES.items():
    centered = features[layer] - features[layer].mean(axis=0)
    left, strengths, _ = np.linalg.svd(centered, full_matrices=False)
    signal = (left * strengths)[:, :12] @ rng.standard_normal((12, VOXELS))
    signal /= signal.std(axis=0)
    noisy = signal[..., None] + np.sqrt(2) * rng.standard_normal((len(sounds), VOXELS, REPEATS))
    for place in np.ndindex(noisy.shape):
        name, response = list(sounds)[place[0]], f"{region}-{place[1]}"
        rows.append((name, response, place[2], noisy[place], "simulated", region))
columns = ["sound", "response", "repeat", "value", "participant", "region"]
table = pd.DataFrame(rows, columns=columns)
print(table.head(4).to_string(index=False), f"\n{len(table):,} rows")

# %%
# ``encode.source: table`` in ``params.yaml`` reads such a table, as ``responses.parquet`` beside a folder
# ``wav`` of the sounds. It is checked when it is read: what cannot be used is left out, with the reason.

with TemporaryDirectory() as folder:
    table.to_parquet(Path(folder) / "responses.parquet", index=False)
    responses = sources.read("table", folder)
print("sounds, responses, repeats:", responses.values.shape, "left out:", len(responses.excluded))

# %%
# Ridge regression and the correction for noise
# ---------------------------------------------
#
# Each response gets the penalty with the least leave-one-out error on the fitted sounds. The score is the
# squared correlation on the other sounds, divided by two reliabilities: of the responses, and of the
# predictions from single repeats. Without noise, it would be 1 for the layer that drives the response.


def reliability(repeats):
    """Return the reliability of the mean over repeats, at least 0.18; (sounds, responses, repeats)."""
    a, b, c = np.moveaxis(repeats, 2, 0)
    pairs = [heschl.column_correlation(*pair) for pair in ((a, b), (a, c), (b, c))]
    return np.fmax(heschl.spearman_brown(np.median(pairs, axis=0), REPEATS), 0.18)


def score(layer_features, fit, test):
    """Return the corrected r2 of each response, (responses,)."""
    centered = layer_features - layer_features.mean(axis=0)
    values = responses.values
    ridge = heschl.Ridge(centered @ centered.T, fit, test)
    predicted = ridge.fit(values[fit].mean(axis=2)).predictions
    singles = np.stack([ridge.fit(values[fit][..., k]).predictions for k in range(REPEATS)], axis=2)
    r = heschl.column_correlation(predicted, values[test].mean(axis=2))
    return np.fmax(r, 0) ** 2 / (reliability(values[fit]) * reliability(singles))


orders = [rng.permutation(len(sounds)) for _ in range(5)]
splits = [(np.sort(order[::2]), np.sort(order[1::2])) for order in orders]


def scores(found):
    """Return the median over splits of the score, {layer: (responses,)}."""
    return {name: np.median([score(found[name], *each) for each in splits], axis=0) for name in LAYERS}


trained = scores(features)

# %%
# A control: the same network with random weights. A layer that predicts as well untrained shows nothing
# about what was learned.

torch.manual_seed(1)
untrained = scores(features_of(heschl.Hearing(hearing.params, hearing.labels)))

figure, panels = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
for axes, (region, layer) in zip(panels, DRIVES.items(), strict=True):
    voxels = responses.regions == region
    for name, found, style in (("trained", trained, "o-"), ("random weights", untrained, "s--")):
        axes.plot([np.median(found[each][voxels]) for each in LAYERS], style, label=name)
    axes.axvline(LAYERS.index(layer), color="gray", linestyle=":", label="drives the region")
    axes.set_xticks(range(len(LAYERS)), LAYERS, rotation=45, ha="right")
    axes.set_title(f"region “{region}”, simulated")
panels[0].set(ylabel="r² corrected for noise, median voxel", ylim=(0, None))
panels[0].legend()

# %%
# The late region is predicted best by the layer that drives it, and only in the trained network. The early
# one is predicted nearly as well by the cochleagram and by random weights: a good prediction alone does
# not show that the region does what the network has learned.
#
# The stage ``encode`` does this with your responses, chooses the best layer of each response without the
# sounds that score it, tests whether the network is better than its controls, and draws the figures of the
# report: see the page on encoding.
