"""People and a network, or two networks, condition by condition: accuracies side by side, how well they correlate, how far apart.

A condition is a background at an SNR. Listeners and network are compared on the clips that listeners heard, published listeners, whose
clips are not public, on all test clips. What is finer than a condition is in `consistency`, `items` and `confusion`.
"""

import itertools

import numpy as np
import pandas as pd

from pipeline.behavior.accuracy import BehaviorParams, scores
from pipeline.behavior.conditions import Accuracies, agree, means, rmse
from pipeline.behavior.consistency import kappas
from pipeline.behavior.pairs import PairingError, cells, draws, paired, units_of
from pipeline.statistics import intervals
from pipeline.statistics.correlation import pearson, split_half

CELL = ["background", "snr_db"]


def conditions(table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return the accuracy of listeners and network in each condition, side by side, on the clips that listeners heard.

    table, clips : as `pairing.paired`
    columns : task, background, snr_db, listeners, listeners_low, listeners_high, participants, trials, network, network_low,
              network_high, n (clips)
    Trials count alike, whoever's they are. Percentile intervals, by a bootstrap of participants and of sources.
    """
    tables = []
    for task, both in paired(table, clips, params):
        out = cells(both).assign(task=task)[["task", *CELL]]
        people, units = draws(both, params)
        heard = both.drop_duplicates("clip")
        for name, trials, value, unit, drawn in (
            ("listeners", both, "correct", "person", people),
            ("network", heard, "hit", "unit", units),
        ):
            design = trials[value].to_numpy(float), trials["cell"].to_numpy(), trials[unit].to_numpy()
            out[name], out[f"{name}_low"], out[f"{name}_high"] = intervals.proportions(
                *design, drawn, len(out), params.confidence
            )
        counted = both.groupby("cell").agg(
            participants=("person", "nunique"), trials=("clip", "size"), n=("clip", "nunique")
        )
        tables.append(pd.concat([out, counted.reset_index(drop=True)], axis=1))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def agreement(
    table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams
) -> dict[str, dict[str, float]]:
    """Return how well listeners and network agree over conditions, by task, on the clips that listeners heard.

    table, clips : as `pairing.paired`
    keys         : as `agree`; conditions, participants (how many)
    Intervals are by a bootstrap of participants and of sources: `pairing`.
    """
    out = {}
    for task, both in paired(table, clips, params):
        table_of, (people, units) = cells(both), draws(both, params)
        person, unit, cell, correct = (
            both[name].to_numpy() for name in ("person", "unit", "cell", "correct")
        )
        number = len(table_of)
        listeners = Accuracies(
            means(correct, cell, np.ones(len(cell)), number),
            intervals.means(correct, cell, person, people, number),
            intervals.means(correct, cell, unit, units, number),
            split_half(correct, cell, person, number, params.seed),
        )
        network = _network(both.drop_duplicates("clip"), units, number, params)
        out[task] = agree(listeners, network, table_of, params, same_clips=True) | {
            "conditions": number,
            "participants": people.shape[1],
        }
    return out


def published(
    summary: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams, task: str = "word"
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return published listeners beside the network: `conditions` and `agreement` of the conditions that both have.

    summary : as `listeners.published`
    returns : table of task, background, snr_db, listeners, listeners_low, listeners_high, participants, network, network_low,
              network_high, n; and the keys of `agree`, conditions, participants
    Single listeners are not public: their means are drawn from a normal distribution of spread sd / sqrt(n), each condition by itself.
    """
    heard = clips[clips["task"] == task]
    heard = heard.assign(hit=scores(heard, params.answers).astype(float))
    out = summary.merge(heard[CELL].drop_duplicates(), on=CELL, how="inner").sort_values(
        CELL, ignore_index=True
    )
    heard = heard.merge(out[CELL].assign(cell=np.arange(len(out))), on=CELL, how="inner").rename(
        columns={"key": "clip"}
    )
    heard["unit"] = units_of(heard["source"], heard["clip"])
    units = intervals.counts(int(heard["unit"].max()) + 1 if len(heard) else 0, params.resamples, params.seed)
    rng = np.random.default_rng([params.seed, 1])
    spread = (out["sd"] / np.sqrt(out["n"])).to_numpy()
    drawn = rng.normal(out["mean"], spread, (params.resamples, len(out)))
    reliable = float(out["reliability"].iloc[0]) if len(out) else np.nan
    mean = out["mean"].to_numpy()
    people, network = Accuracies(mean, drawn, mean[None], reliable), _network(heard, units, len(out), params)
    beside = out[CELL].assign(task=task)[["task", *CELL]]
    low, high = intervals.percentiles(drawn, params.confidence) if len(out) else ([], [])
    beside["listeners"], beside["listeners_low"], beside["listeners_high"] = (
        mean,
        np.clip(low, 0, 1),
        np.clip(high, 0, 1),
    )
    design = heard["hit"].to_numpy(float), heard["cell"].to_numpy(int), heard["unit"].to_numpy(int)
    found = intervals.proportions(*design, units, len(out), params.confidence)
    beside["network"], beside["network_low"], beside["network_high"] = found
    beside["participants"], beside["n"] = out["n"], np.bincount(heard["cell"], minlength=len(out))
    return beside, agree(people, network, out, params, same_clips=False) | {
        "conditions": len(out),
        "participants": int(out["n"].max()) if len(out) else 0,
    }


def networks(clips_a: pd.DataFrame, clips_b: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return how alike two networks err on the same clips, one row a task.

    clips_a, clips_b : as `Answers.clips`
    columns : task, a, b (shares correct), agree (share of clips that both get right or both wrong), same (share of clips with the same
              first answer), kappa (pooled) and within (conditions), see `consistency`; r and rmse over conditions; all four with _low and
              _high, by a bootstrap of sources; n (clips), conditions
    raises  : PairingError where the clips are not the same, naming some
    """
    both = _same_clips(clips_a, clips_b)
    rows = []
    for task, trials in both.groupby("task", sort=True):
        groups = trials.groupby(CELL, dropna=False, sort=True)
        cell, number, unit = (
            groups.ngroup().to_numpy(),
            groups.ngroups,
            units_of(trials["source"], trials["key"]),
        )
        a, b = (
            scores(trials.assign(rank=trials[name]), params.answers).astype(float)
            for name in ("rank", "rank_other")
        )
        units = intervals.counts(unit.max() + 1, params.resamples, params.seed)
        weights = itertools.chain(
            [np.ones(len(a))], (each[unit].astype(float) for each in units)
        )  # one by one: they are long
        drawn = np.array([_alike(a, b, cell, each, number) for each in weights])
        row = {
            "task": task,
            "a": a.mean(),
            "b": b.mean(),
            "agree": (a == b).mean(),
            "same": (trials["answer"] == trials["answer_other"]).mean(),
        }
        scales = {"kappa": (), "within": (), "r": (np.arctanh, np.tanh), "rmse": (np.log, np.exp)}
        for place, (name, scale) in enumerate(scales.items()):
            ends = intervals.around(drawn[0, place], drawn[1:, place], params.confidence, *scale)
            low, high = np.clip(ends, -1, 1)
            row |= {name: drawn[0, place], f"{name}_low": low, f"{name}_high": high}
        rows.append(row | {"n": len(a), "conditions": number})
    return pd.DataFrame(rows)


def _network(heard: pd.DataFrame, units: np.ndarray, number: int, params: BehaviorParams) -> Accuracies:
    """Return a network's accuracies; heard : clips with hit, cell, unit; units : (resamples, units), how often each is drawn."""
    design = heard["hit"].to_numpy(float), heard["cell"].to_numpy(int), heard["unit"].to_numpy(int)
    values = means(*design[:2], np.ones(len(heard)), number)
    return Accuracies(
        values,
        values[None],
        intervals.means(*design, units, number),
        split_half(*design, number, params.seed),
    )


def _alike(a: np.ndarray, b: np.ndarray, cell: np.ndarray, weights: np.ndarray, number: int) -> list[float]:
    """Return kappa, kappa within conditions, r and rmse over conditions."""
    pooled, within = kappas(a, b, np.zeros(len(a), int), cell, weights, (1, number))[:, 0]
    sides = [means(each, cell, weights, number) for each in (a, b)]
    return [pooled, within, float(pearson(*sides)), float(rmse(*sides))]


def _same_clips(clips_a: pd.DataFrame, clips_b: pd.DataFrame) -> pd.DataFrame:
    apart = sorted(set(clips_a["key"]) ^ set(clips_b["key"]))
    if apart:
        raise PairingError(
            f"{len(apart)} of the clips are in one table alone, such as {apart[0]!r}: {len(clips_a)} and {len(clips_b)} clips. "
            f"Compare networks on the same test shards."
        )
    both = clips_a.merge(clips_b, on="key", suffixes=("", "_other"), validate="one_to_one")
    for name in ("task", "background", "snr_db", "truth", "source", "target"):
        one, other = both[name], both[f"{name}_other"]
        wrong = np.flatnonzero((one != other) & ~(one.isna() & other.isna()))
        if len(wrong):
            first = both.iloc[wrong[0]]
            raise PairingError(
                f"{name} of {len(wrong)} clips differs, as of {first['key']!r}: {first[name]!r} and {first[f'{name}_other']!r}. "
                f"The tables are of other shards with the same names: compare networks on the same test shards."
            )
    return both
