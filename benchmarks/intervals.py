"""python -m benchmarks.intervals: how often intervals of 95 % hold the truth, in simulated observers whose truth is known.

Thresholds: networks of 20 sources of 5 recordings, in one background at five SNRs and clean. kappa: a network of 12 sources of 8
recordings in 31 conditions, and simulated listeners of whom groups of four hear the same list of 62 clips, two a condition, and who copy
whether the network is right in half the clips (so that kappa within conditions is 0.5, person with person 0.25).

    python -m benchmarks.intervals --simulations 60
"""

import argparse

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.special import expit

from pipeline.behavior import accuracy
from pipeline.behavior.accuracy import BehaviorParams
from pipeline.behavior.consistency import consistency

PARAMS = BehaviorParams(
    seed=0, resamples=300, confidence=0.95, answers={"word": 1}, published=False, min_attention=0.0
)
LABELS = {"word": ["a", "b", "c", "d"]}
LEVELS = (-9.0, -6.0, -3.0, 0.0, 3.0)
CLEAN = ("clean", np.nan)
SHARE = 0.5  # of clips in which a simulated listener copies the network
KINDS = {
    "scene": -4.0,
    "babble2": -1.0,
    "babble8": 0.0,
    "music": -7.0,
    "shaped": -3.0,
    "modulated": -6.0,
}  # thresholds, dB


def observed(snr_db: float, threshold: float) -> float:
    """Return the accuracy of a simulated observer; nan is clean."""
    return 0.9 if np.isnan(snr_db) else 0.25 + 0.65 * expit(0.6 * (snr_db - threshold))


def network(seed: int, sources: int, each: int, kinds: dict[str, float]) -> pd.DataFrame:
    """Return the answers of a simulated network, with the accuracy of its condition as `truly`."""
    rng = np.random.default_rng(seed)
    conditions = [(*CLEAN, 0.0), *((kind, snr, at) for kind, at in kinds.items() for snr in LEVELS)]
    rows = [(s, n, *condition) for s in range(sources) for n in range(each) for condition in conditions]
    clips = pd.DataFrame(rows, columns=["source", "number", "background", "snr_db", "threshold"])
    clips["truly"] = [observed(snr, at) for snr, at in zip(clips["snr_db"], clips["threshold"], strict=True)]
    right = rng.random(len(clips)) < clips["truly"]
    clips = clips.assign(
        task="word",
        truth="a",
        rank=np.where(right, 1, 2),
        answer=np.where(right, "a", "b"),
        correct=right.astype(int),
    )
    return clips.assign(
        source=clips["source"].astype(str), target=clips["source"].astype(str) + "-" + clips["number"].astype(str),
        key=[f"clip{n}" for n in range(len(clips))], top5=clips["answer"],
    )  # fmt: skip


def listeners(clips: pd.DataFrame, seed: int, lists: int, group: int) -> pd.DataFrame:
    """Return trials of simulated listeners, `group` of whom hear each of `lists` lists of two clips a condition."""
    rng, tables = np.random.default_rng([seed, 1]), []
    for number in range(lists):
        heard = (
            clips.sample(frac=1, random_state=1000 * seed + number)
            .groupby(["background", "snr_db"], dropna=False)
            .head(2)
        )
        for person in range(group):
            alone = rng.random(len(heard)) < heard["truly"]
            correct = np.where(rng.random(len(heard)) < SHARE, heard["correct"], alone).astype(int)
            table = heard.rename(columns={"key": "clip"})[["clip", "task", "background", "snr_db"]]
            tables.append(
                table.assign(
                    participant=f"{number}-{person}", correct=correct, response=np.where(correct, "a", "b")
                )
            )
    return pd.concat(tables, ignore_index=True)


def thresholds(seed: int) -> list[tuple[str, float, float, float, float]]:
    """Return (what, truth, value, low, high) of a simulated network's psychometric function."""
    at = (-6.0, 0.0)[seed % 2]
    row = accuracy.thresholds(network(seed, 20, 5, {"scene": at}), LABELS, PARAMS).iloc[0]
    truths = {"threshold": at, "slope": 0.6 * 0.65 / 4, "ceiling": 0.9}
    values = {"threshold": row["threshold_db"], "slope": row["slope"], "ceiling": row["ceiling"]}
    return [
        (name, truth, values[name], row[f"{name}_low"], row[f"{name}_high"]) for name, truth in truths.items()
    ]


def people(seed: int) -> list[tuple[str, float, float, float, float]]:
    """Return (what, truth, value, low, high) of simulated listeners beside a simulated network."""
    clips = network(seed, 12, 8, KINDS)
    table = listeners(clips, seed, 6, 4)
    rows = consistency(table, clips, PARAMS)
    rows = rows[rows["conditions"] == "within"].set_index("between")
    truths = {"network-person": SHARE, "person-person": SHARE**2}
    return [
        (f"kappa, {name}", truth, *rows.loc[name, ["kappa", "kappa_low", "kappa_high"]])
        for name, truth in truths.items()
    ]


def main() -> None:
    """Print, for each number, how often its interval holds the truth, and its width beside the spread of the values."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=60)
    given = parser.parse_args()
    found = [
        row
        for seed in track(range(given.simulations), "simulations")
        for row in (*thresholds(seed), *people(seed))
    ]
    frame = pd.DataFrame(found, columns=["what", "truth", "value", "low", "high"])
    frame["held"] = (frame["low"] <= frame["truth"]) & (frame["truth"] <= frame["high"])
    frame["error"] = frame["value"] - frame["truth"]
    table = Table("number", "truth held", "point held", "mean error", "width / that of 95 % of the values")
    for what, rows in frame.groupby("what", sort=False):
        spread = 2 * 1.96 * rows["error"].std()
        point = ((rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])).mean()
        cells = (
            f"{rows['held'].mean():.0%}",
            f"{point:.0%}",
            f"{rows['error'].mean():+.3f}",
            f"{(rows['high'] - rows['low']).mean() / spread:.2f}",
        )
        table.add_row(what, *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
