"""python -m benchmarks.intervals: how often 95 % intervals contain the truth, for simulated observers.

Thresholds: networks tested on 12 sources of 8 recordings, as by default, or 20 of 5, in one background at
five SNRs and clean.
kappa: a network tested on 12 sources of 8 recordings in 31 conditions, and simulated listeners. Groups of
four listeners hear the same list of 62 clips, two per condition, and each listener copies whether the network
is right in half of them. Within conditions, kappa is then 0.5 between network and listener, and 0.25 between
listeners.

    python -m benchmarks.intervals --simulations 60
"""

import argparse

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.special import expit

from heschl.behavior import thresholds
from heschl.behavior.consistency import consistency
from heschl.behavior.params import BehaviorParams

PARAMS = BehaviorParams(
    seed=0,
    resamples=300,
    confidence=0.95,
    answers={"word": 1},
    published=False,
    min_attention=0.0,
    fewest_listeners=5,
    fewest_trials=10,
)
LABELS = {"word": ["a", "b", "c", "d"]}
LEVELS = (-9.0, -6.0, -3.0, 0.0, 3.0)
CLEAN = ("clean", np.nan)
SHARE = 0.5  # of clips in which a simulated listener copies the network
THRESHOLDS = {  # dB
    "scene": -4.0,
    "babble2": -1.0,
    "babble8": 0.0,
    "music": -7.0,
    "shaped": -3.0,
    "modulated": -6.0,
}
Row = tuple[str, float, float, float, float]  # number, truth, value, low, high


def observed(snr_db: float, threshold: float) -> float:
    """Return the accuracy of a simulated observer; snr_db is nan for clean."""
    return 0.9 if np.isnan(snr_db) else 0.25 + 0.65 * expit(0.6 * (snr_db - threshold))


def network(seed: int, sources: int, each: int, thresholds_db: dict[str, float]) -> pd.DataFrame:
    """Return the answers of a simulated network, with its true accuracy in the condition as `truly`.

    thresholds_db : background -> threshold
    """
    rng = np.random.default_rng(seed)
    conditions = [(*CLEAN, 0.0), *((name, snr, at) for name, at in thresholds_db.items() for snr in LEVELS)]
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
        source=clips["source"].astype(str),
        target=clips["source"].astype(str) + "-" + clips["number"].astype(str),
        key=[f"clip{n}" for n in range(len(clips))],
        top5=clips["answer"],
    )


def listeners(clips: pd.DataFrame, seed: int, lists: int, group: int) -> pd.DataFrame:
    """Return trials of simulated listeners: `group` of them for each list of two clips per condition."""
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


def of_thresholds(seed: int, sources: int, each: int) -> list[Row]:
    """Return the threshold, slope and ceiling of a simulated network tested on `each` recordings a source."""
    at = (-6.0, 0.0)[seed % 2]
    row = thresholds.thresholds(network(seed, sources, each, {"scene": at}), LABELS, PARAMS).iloc[0]
    truths = {"threshold": at, "slope": 0.6 * 0.65 / 4, "ceiling": 0.9}
    values = {"threshold": row["threshold_db"], "slope": row["slope"], "ceiling": row["ceiling"]}
    return [
        (f"{name}, {sources} sources", truth, values[name], row[f"{name}_low"], row[f"{name}_high"])
        for name, truth in truths.items()
    ]


def of_kappa(seed: int) -> list[Row]:
    """Return kappa within conditions, of a simulated network and simulated listeners."""
    clips = network(seed, 12, 8, THRESHOLDS)
    table = listeners(clips, seed, 6, 4)
    rows = consistency(table, clips, PARAMS)
    rows = rows[rows["conditions"] == "within"].set_index("between")
    truths = {"network-person": SHARE, "person-person": SHARE**2}
    return [
        (f"kappa, {name}", truth, *rows.loc[name, ["kappa", "kappa_low", "kappa_high"]])
        for name, truth in truths.items()
    ]


def main() -> None:
    """Print how often each interval contains the truth, and its width relative to the values' range."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=60)
    given = parser.parse_args()
    found = [
        row
        for seed in track(range(given.simulations), "simulations")
        for row in (*of_thresholds(seed, 12, 8), *of_thresholds(seed, 20, 5), *of_kappa(seed))
    ]
    frame = pd.DataFrame(found, columns=["number", "truth", "value", "low", "high"])
    frame["covered"] = (frame["low"] <= frame["truth"]) & (frame["truth"] <= frame["high"])
    frame["error"] = frame["value"] - frame["truth"]
    table = Table(
        "number", "contains truth", "contains value", "mean error", "width / 95 % range of the values"
    )
    for number, rows in frame.groupby("number", sort=False):
        spread = 2 * 1.96 * rows["error"].std()
        point = ((rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])).mean()
        cells = (
            f"{rows['covered'].mean():.0%}",
            f"{point:.0%}",
            f"{rows['error'].mean():+.3f}",
            f"{(rows['high'] - rows['low']).mean() / spread:.2f}",
        )
        table.add_row(number, *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
