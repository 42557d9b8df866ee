"""
Search for an architecture
==========================

``heschl search`` draws networks from a space, trains each for a short time and the best for longer. This
page draws a few networks from the space of ``params.yaml``, without training them, and then shows what a
search found: that of the default data, whose tables are in the folder ``search``. **The data are
synthetic.**
"""

from pathlib import Path

import matplotlib.pyplot as plt
import optuna
import pandas as pd
import torch

import heschl
from heschl.params import load, parse
from heschl.search.cost import cost_of
from heschl.search.params import SearchParams
from heschl.search.space import network

ROOT = Path("../..")  # the project's folder, seen from docs/gallery
PARAMS = ROOT / "params.yaml"

search = load("search", SearchParams, PARAMS)
sound = load("sound", heschl.Sound, PARAMS)
ear = heschl.Cochleagram(load("cochleagram", heschl.CochleagramParams, PARAMS), sound)
classes = {"word": 21, "genre": 9}  # with the null classes

# %%
# Draws
# -----
#
# A network has blocks of convolution, pooling and normalization. How many, with which filters and kernels,
# and after which of them the branches split, is drawn. Many draws do not fit: the network has more
# parameters or multiplications than the budget, or a kernel larger than its input.

optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
for _ in range(6):
    drawn = parse("network", network(study.ask(), search.space), heschl.NetworkParams)
    kinds = [layer.kind for layer in drawn.layers]
    cost = cost_of(drawn, classes, ear.shape)
    verdict = cost.beyond(search.budget) or "within the budget"
    print(f"{kinds.count('conv')} convolutions, branches after {drawn.branch_after}: {verdict}")

# %%
# The layers of the last of them, with the shapes of what they return, (channel, frequency, time):

built = heschl.Network(drawn, classes, ear.shape).eval()
heard = torch.zeros(1, 1, *ear.shape)
for name, layer in built.trunk.named_children():
    heard = layer(heard)
    print(f"{name:6} {tuple(heard.shape)[1:]}")
for name, layer in built.branches["word"].named_children():
    heard = layer(heard)
    print(f"word.{name:10} {tuple(heard.shape)[1:]}")

# %%
# What a search found
# -------------------
#
# 671 networks were drawn, 100 of them fit and were trained for one epoch, and the best 30 for three. Each
# row of ``trials.csv`` is one of them.

trials = pd.read_csv(ROOT / "search/trials.csv")
print(trials["state"].value_counts().to_string())
first = trials[trials["epochs"] >= 1].reset_index(drop=True)
last = trials[trials["state"] == "complete"]

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
mean = 50 * (first["word_epoch1"] + first["genre_epoch1"])
left.plot(mean, ".", color="gray", label="a network")
left.step(range(len(mean)), mean.cummax(), where="post", label="best so far")
left.set(xlabel="networks trained", ylabel="mean score after one epoch (%)")
left.legend()
for task, marker in (("word", "o"), ("genre", "s")):
    right.plot(last["macs"] / 1e6, 100 * last[f"{task}_epoch3"], marker, label=task)
right.set(xlabel="multiplications of a clip (millions)", ylabel="score after three epochs (%)")
right.legend()

# %%
# What mattered? ``importances.csv`` says which draws account for the variance of the scores after one
# epoch (functional analysis of variance). Most of all it is the kind of normalization.

important = pd.read_csv(ROOT / "search/importances.csv").head(8)
groups = dict(list(mean.groupby(first["normalization"])))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
left.barh(important["drawn"][::-1], 100 * important["importance"][::-1])
left.set(xlabel="share of the variance (%)")
right.boxplot(list(groups.values()), tick_labels=[name.replace("_", "\n") for name in groups])
right.set(ylabel="mean score after one epoch (%)", title="normalization")

# %%
# Trained in full, with five seeds, the best of a search need not be better than the network it started
# from. Here it was not: the page on search has the numbers. ``heschl retrain`` trains both and compares
# them.
