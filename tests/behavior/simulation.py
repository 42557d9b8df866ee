"""Simulated networks and listeners whose accuracies and agreement are known by construction."""

import numpy as np
import pandas as pd

from heschl.behavior.params import BehaviorParams

PARAMS = BehaviorParams(
    seed=0,
    resamples=300,
    confidence=0.95,
    answers={"word": 1, "genre": 2},
    published=True,
    min_attention=0.75,
    fewest_listeners=5,
    fewest_trials=10,
)
LABELS = {"word": list("abcd"), "genre": ["jazz", "rock", "folk", "null"]}
CONDITIONS = [
    ("clean", np.nan, 0.9),
    *((b, s, a + s / 30) for b, a in (("scene", 0.6), ("music", 0.45), ("babble8", 0.3)) for s in (-6, 0, 6)),
]


def networked(task="word", seed=0, sources=30, targets=4, shift=0.0):
    """Answers of a network with known accuracies to `sources` x `targets` recordings in ten conditions."""
    rng = np.random.default_rng(seed)
    rows = []
    for background, snr_db, accuracy in CONDITIONS:
        for number in range(sources * targets):
            truth = number % 4
            order = rng.permutation(4)
            right = rng.random() < accuracy + shift
            order = np.r_[truth, order[order != truth]] if right else np.r_[order[order != truth], truth]
            names = [LABELS[task][place] for place in order]
            rows.append(
                {
                    "key": f"{task}-{len(rows):05d}", "task": task, "background": background,
                    "snr_db": float(snr_db), "source": f"s{number // targets}", "target": f"t{number}",
                    "truth": LABELS[task][truth], "answer": names[0], "correct": int(right),
                    "rank": 1 if right else 4, "top5": "|".join(names),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def simulated(clips, share, persons=12, heard=0.5, seed=0, accuracy=None):
    """Listeners who copy whether the network is right in a `share` of clips, and else err independently.

    accuracy : in each condition, of independent responses; the network's by default
    """
    rng = np.random.default_rng([seed, 1])
    means = (
        clips.groupby(["background", "snr_db"], dropna=False)["correct"].transform("mean")
        if accuracy is None
        else accuracy
    )
    tables = []
    for person in range(persons):
        alone = rng.random(len(clips)) < means
        right = np.where(rng.random(len(clips)) < share, clips["correct"], alone).astype(int)
        wrong = clips["truth"].map(
            {a: b for names in LABELS.values() for a, b in zip(names, np.roll(names, 1), strict=True)}
        )
        table = clips[["task", "background", "snr_db"]].assign(
            clip=clips["key"], participant=f"p{person}", correct=right
        )
        table["response"] = np.where(right == 1, clips["truth"], wrong)
        tables.append(table[rng.random(len(clips)) < heard])
    return pd.concat(tables, ignore_index=True)


CLIPS = networked()


def row(table, **values):
    return table.loc[np.logical_and.reduce([table[name] == value for name, value in values.items()])].iloc[0]
