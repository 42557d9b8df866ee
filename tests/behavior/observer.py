"""Simulated answers of an observer whose accuracy in every condition is known."""

import numpy as np
import pandas as pd

from heschl.behavior.listeners import COLUMNS
from heschl.behavior.params import BehaviorParams

PARAMS = BehaviorParams(
    seed=0,
    resamples=2000,
    confidence=0.95,
    answers={"word": 1, "genre": 2},
    published=True,
    min_attention=0.75,
    fewest_listeners=5,
    fewest_trials=10,
)
LABELS = {"word": ["a", "b", "c", "d"], "genre": ["x", "y", "z"]}
BACKGROUNDS = ("scene", "babble8", "music", "shaped", "modulated")
LEVELS = (-9.0, -6.0, -3.0, 0.0, 3.0)


def answers(rng, chance_of, sources=20, per_source=5, task="word", backgrounds=("scene", "music")):
    """Return answers to a grid of clips, correct with the probability `chance_of(background, snr_db)`."""
    rows = []
    conditions = [("clean", np.nan), *((kind, snr) for kind in backgrounds for snr in LEVELS)]
    for source in range(sources):
        for n in range(per_source):
            truth = LABELS[task][n % len(LABELS[task])]
            for background, snr in conditions:
                rank = (
                    1
                    if rng.random() < chance_of(background, snr)
                    else int(rng.integers(2, len(LABELS[task]) + 1))
                )
                said = truth if rank == 1 else next(label for label in LABELS[task] if label != truth)
                rows.append(
                    {
                        "key": f"{task}{len(rows)}", "task": task, "background": background,
                        "snr_db": snr, "source": f"s{source}", "target": f"{source}-{n}", "truth": truth,
                        "answer": said, "correct": int(rank == 1), "rank": rank,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def logistic(snr, threshold):
    return 0.25 + 0.65 / (1 + np.exp(-0.6 * (snr - threshold)))


def network():
    """Return the answers of a network whose threshold is -2 dB in all backgrounds."""
    found = answers(
        np.random.default_rng(0),
        lambda background, snr: 0.9 if background == "clean" else logistic(snr, -2.0),
        backgrounds=BACKGROUNDS,
    )
    return found.assign(top5=found["answer"])


def write_listeners(folder, clips, threshold, persons=12, attention=1.0):
    """Write a table of simulated listeners, each of whom hears a third of the clips of task word."""
    rng, tables = np.random.default_rng(3), []
    for person in range(persons):
        heard = clips.sample(frac=1 / 3, random_state=person)
        chance = np.where(heard["snr_db"].isna(), 0.9, logistic(heard["snr_db"].fillna(0), threshold))
        correct = (rng.random(len(heard)) < chance).astype(int)
        wrong = heard["truth"].map(lambda truth: next(label for label in LABELS["word"] if label != truth))
        table = heard.rename(columns={"key": "clip"})[["clip", "background", "snr_db", "task"]]
        table = table.assign(
            participant=f"simulated-{person}",
            correct=correct,
            response=np.where(correct, heard["truth"], wrong),
        )
        checks = [
            {"clip": f"attention-{n}", "response": "3", "correct": int(n < 4 * attention)} for n in range(4)
        ]
        checks = pd.DataFrame(checks).assign(
            participant=f"simulated-{person}", background="clean", task="attention"
        )
        tables.append(pd.concat([table, checks]))
    pd.concat(tables)[list(COLUMNS)].to_csv(folder / "simulated.csv", index=False)
