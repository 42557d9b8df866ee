"""
Compare a network with listeners
================================

Do noises that mask speech for people mask it for the network? Both name words in several backgrounds at
several signal-to-noise ratios (SNRs). Here are the means of 44 listeners (Saddler & McDermott 2024), which
come with the project, and the network ``real-words``, whose card has its accuracies.

They heard other clips, and chose from other words: the listeners from about 800, the network from 23. What
may be compared is the shape of the curves and the order of the backgrounds.
"""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import heschl
from heschl.behavior.psychometric import fit
from heschl.behavior.published import read_published
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.pretrained import find

ROOT = Path("../..")  # the project's folder, seen from docs/gallery

people = read_published(ROOT / "inputs/listeners/published/word.csv")
print(people.head(3).to_string(index=False))

# %%
# The card of a network is a page for readers, so its table of words is read from the text. Your own
# network has ``metrics/psychometric.csv``.

card = (find("real-words") / "card.md").read_text().split("### Word")[1].split("### Genre")[0]
titles = {background.title: name for name, background in BACKGROUNDS.items()}
rows = []
for line in card.splitlines():
    cells = [cell.strip() for cell in line.strip("| ").split("|")]
    if cells[0] in titles and len(cells) == 6:
        shares = [float(re.match(r"[\d.]+", cell)[0]) / 100 for cell in cells[1:]]
        rows += [(titles[cells[0]], *each) for each in zip((-9, -6, -3, 0, 3), shares, strict=True)]
clean, chosen = re.search(r"when clean: ([\d.]+)\s%.* of (\d+) clips", card).groups()
rows += [("clean", np.nan, float(clean) / 100)]
network = pd.DataFrame(rows, columns=["background", "snr_db", "share"])
both = people.merge(network, on=["background", "snr_db"])
in_quiet = both.loc[both["background"] == "clean", "mean"].item()
print(f"{len(both)} conditions; named correctly in quiet: listeners {in_quiet:.1%}, network {clean} %")

# %%
# Psychometric functions
# ----------------------
#
# A logistic function of the SNR, fitted by maximum likelihood, has three parameters: the threshold,
# halfway between chance and the accuracy in quiet; its slope; and that accuracy. The counts of correct
# answers are the shares, times the number of trials: listeners' means count here as 300 trials, as many as
# the clips.

GUESS = {"mean": 1 / 800, "share": 1 / 23}
noises = [name for name in both["background"].unique() if name != "clean"]
snrs_db = np.array([-9.0, -6.0, -3.0, 0.0, 3.0, np.inf])  # inf is clean


def fitted(side):
    """Return the function of each background, for the listeners (mean) or the network (share)."""
    table = both.assign(snr_db=both["snr_db"].fillna(np.inf))
    shares = table.pivot(index="background", columns="snr_db", values=side)[snrs_db[:-1]].loc[noises]
    shares[np.inf] = table.loc[table["background"] == "clean", side].item()
    trials = np.full(shares.shape, float(chosen))
    return fit(shares.to_numpy() * trials, trials, snrs_db, GUESS[side])


functions = {"mean": fitted("mean"), "share": fitted("share")}
fine_db = np.linspace(-12, 6, 200)
figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
for axes, (side, title) in zip(panels, {"mean": "44 listeners", "share": "real-words"}.items(), strict=True):
    for place, name in enumerate(noises):
        rows = both[both["background"] == name]
        axes.plot(rows["snr_db"], 100 * rows[side], "o", color=f"C{place}")
        label = f"{BACKGROUNDS[name].title}: {functions[side].threshold[place]:.1f} dB"
        axes.plot(fine_db, 100 * functions[side](fine_db)[place], color=f"C{place}", label=label)
    axes.axhline(100 * GUESS[side], color="gray", linestyle=":")
    axes.set(title=title, xlabel="SNR (dB)", ylim=(0, 100))
    axes.legend(title="threshold", fontsize=7, loc="upper left")
panels[0].set_ylabel("words named correctly (%)")

# %%
# Thresholds have the same order. The backgrounds that training heard were chosen with these listeners and
# these test words, so the order is fitted and not predicted: see the page on corpora.
#
# Another number of words
# -----------------------
#
# Chance is 1/23 for the network, and 1/800 for listeners. The sensitivity d' of a choice among m words
# takes that into account, if all words are equally easy to confuse.

sensitivity = {
    "listeners": heschl.dprime(both["mean"].to_numpy(), labels=800),
    "network": heschl.dprime(both["share"].to_numpy(), labels=23),
}
r = heschl.column_correlation(*(each[:, None] for each in sensitivity.values())).item()
r_shares = np.corrcoef(both["mean"], both["share"])[0, 1]
print(f"r of the shares {r_shares:.2f}, of d' {r:.2f}, over {len(both)} conditions")

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
for place, name in enumerate([*noises, "clean"]):
    some = (both["background"] == name).to_numpy()
    title = BACKGROUNDS[name].title if name != "clean" else "clean"
    left.plot(100 * both["mean"][some], 100 * both["share"][some], "o", color=f"C{place}", label=title)
    right.plot(sensitivity["listeners"][some], sensitivity["network"][some], "o", color=f"C{place}")
left.plot([0, 100], [0, 100], color="gray", linewidth=0.5)
right.plot([0, 6], [0, 6], color="gray", linewidth=0.5)
left.set(xlabel="listeners correct (%)", ylabel="network correct (%)")
right.set(xlabel="d' of listeners", ylabel="d' of the network")
left.legend(fontsize=7)

# %%
# The stage ``behavior`` computes these measures with intervals over listeners and speakers. Listeners of
# your own hear the network's very clips, in the browser: ``heschl experiment``.
