"""
Build and train your own network
================================

A network is a table of layers. All tasks share the layers up to ``branch_after``; after it, each task has
a branch of its own. Here we build one, look at its shapes, and train it for some seconds to name a word
and the pitch of the voice. A class of your own, any ``nn.Module``, can stand in its place.

All speech is **synthetic**, and so little that the numbers show only how it works. ``dvc repro train`` is
the real training, with Lightning and MLflow: see the page on training.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

import heschl
from heschl import espeak
from heschl.audio import resample
from heschl.params import parse

ROOT = Path("../..")  # the project's folder, seen from docs/gallery

SECTION = {  # as the section `network` of params.yaml
    "branch_after": "norm2",
    "width": 1.0,
    "layers": [
        "norm0 = batch_norm()",
        "conv1 = conv(filters=16, kernel=[5, 7], stride=[3, 3], bias=true)",  # frequency, time
        "pool1 = max_pool(kernel=[2, 2], stride=[2, 2])",
        "norm1 = batch_norm()",
        "conv2 = conv(filters=32, kernel=[3, 3], stride=[1, 1], bias=true)",
        "pool2 = max_pool(kernel=[2, 2], stride=[2, 2])",
        "norm2 = batch_norm()",
        "conv3 = conv(filters=32, kernel=[3, 3], stride=[1, 1], bias=true)",
        "pool3 = mean_pool(kernel=[3, 4], stride=[3, 4], count_padding=false)",
        "fc4 = linear(units=48)",
    ],
}
params = parse("network", SECTION, heschl.NetworkParams)

# %%
# ``Hearing`` puts the ear of a preset or of your params before the network, so that it takes waveforms.
# The labels say which tasks there are, and how many classes each has. Weights are random so far.

WORDS = ["winter", "pencil", "coffee", "village", "garden", "silver"]
labels = {"word": WORDS, "pitch": ["low", "high"]}
ear = heschl.Cochleagram.preset(
    "kell2018", image=None, filters=20, sample_factor=2, envelope_hz=100.0, low_hz=50.0, rms=0.1,
    sound=heschl.Sound(sample_rate=16000, clip_s=1.0),
)  # fmt: skip
torch.manual_seed(1)
hearing = heschl.Hearing(heschl.HearingParams(ear.sound, ear.params, params), labels)
(activations,) = hearing.activations(torch.zeros(1, ear.sound.samples))
for name, value in activations.items():
    print(f"{name:14} {tuple(value.shape)[1:]}")
print(f"{sum(weight.numel() for weight in hearing.parameters()):,} parameters")

# %%
# The data: six words, each said by 40 voices of a synthesizer at two pitches. Ten voices are for testing,
# and are never heard in training.

VARIANTS = [
    *("Alex", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Jacky", "Lee", "Mario", "Mike", "Nguyen"),
    *("anika", "announcer", "antonio", "belinda", "boris", "david", "ed", "edward", "f1", "f2", "f3", "f4"),
    *("grandma", "grandpa", "gustave", "ian", "iven", "john", "m1", "m2", "m3", "m4", "marcelo", "max"),
    *("miguel", "norbert", "pablo", "paul"),
]
PITCHES = {"low": 25, "high": 75}


def spoken(word, variant, pitch):
    """Return a spoken word, (samples,) at the rate of the ear, in the middle of silence."""
    speech, _ = espeak.say(word, f"gmw/en-US+{variant}", 170, pitch, 50, 0, 1)
    speech = resample(speech, espeak.RATE, ear.sound.sample_rate)[: ear.sound.samples]
    before = (ear.sound.samples - len(speech)) // 2
    return np.pad(speech, (before, ear.sound.samples - len(speech) - before))


rows = [(word, pitch, variant) for word in WORDS for pitch in PITCHES for variant in VARIANTS]
clips = torch.tensor(np.stack([spoken(word, variant, PITCHES[pitch]) for word, pitch, variant in rows]))
targets = {
    "word": torch.tensor([WORDS.index(word) for word, _, _ in rows]),
    "pitch": torch.tensor([list(PITCHES).index(pitch) for _, pitch, _ in rows]),
}
tested = torch.tensor([VARIANTS.index(variant) >= 30 for _, _, variant in rows])
print(f"{int((~tested).sum())} clips to train, {int(tested.sum())} to test")

# %%
# A few steps of training, with a plain loop. Each clip gets new noise at 6 dB SNR in each step. The losses
# of the tasks are added.

STEPS, BATCH = 90, 32


def in_noise(waveform, generator, snr_db=6.0):
    """Return waveforms with white noise."""
    noise = torch.randn(waveform.shape, generator=generator)
    return waveform + noise * waveform.std(dim=1, keepdim=True) / 10 ** (snr_db / 20)


def train(network, name):
    """Train a network from cochleagrams to logits; return its test accuracies over training."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    generator = torch.Generator().manual_seed(1)
    train_rows, history = (~tested).nonzero()[:, 0], []
    with torch.no_grad():
        heard = ear(in_noise(clips[tested], torch.Generator().manual_seed(2)))
    for step in range(STEPS + 1):
        if step % 10 == 0:
            network.eval()
            with torch.no_grad():
                logits = network(heard)
            right = [(logits[task].argmax(1) == targets[task][tested]).float() for task in labels]
            history.append((step, *(float(100 * each.mean()) for each in right)))
        rows_now = train_rows[torch.randint(len(train_rows), (BATCH,), generator=generator)]
        with torch.no_grad():
            batch = ear(in_noise(clips[rows_now], generator))
        logits = network.train()(batch)
        loss = sum(
            torch.nn.functional.cross_entropy(logits[task], targets[task][rows_now]) for task in labels
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for task, share in zip(labels, history[-1][1:], strict=True):
        print(f"{name}: {task} {share:.0f} % of the test clips")
    return np.array(history)


histories = {"table of layers": train(hearing.network, "table of layers")}

# %%
# A class of your own
# -------------------
#
# ``networks/recurrent.py`` of the project is an example: a recurrent layer over time, and a readout for
# each task. It gets the number of classes and the shape of the cochleagram, and returns logits for each
# task.

sys.path.append(str(ROOT))
from networks.recurrent import Recurrent

classes = {task: len(names) for task, names in labels.items()}
torch.manual_seed(1)
histories["recurrent"] = train(Recurrent(classes, ear.shape, units=64), "recurrent")

figure, panels = plt.subplots(1, 2, figsize=(8, 3), sharey=True, layout="constrained")
for place, (axes, task) in enumerate(zip(panels, labels, strict=True)):
    for name, history in histories.items():
        axes.plot(history[:, 0], history[:, 1 + place], label=name)
    axes.axhline(100 / classes[task], color="gray", linestyle=":", label="chance")
    axes.set(title=task, xlabel="training step", ylim=(0, 100))
panels[0].set_ylabel("test clips named correctly (%)")
panels[0].legend()

# %%
# To train either in the pipeline, write it into the section ``network`` of ``params.yaml``, the table as
# the lines above, the class as ``{module: networks.recurrent:Recurrent, options: {units: 64}}``, and run
# ``dvc repro``. All later stages then use it.
