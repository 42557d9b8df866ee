"""Listeners of whom only mean accuracies are published: read, summarize, compare with a network."""

from pathlib import Path

import numpy as np
import pandas as pd

from heschl.behavior.accuracy import scores
from heschl.behavior.agreement import Sides
from heschl.behavior.conditions import CONDITION, Accuracies, Choice, of_network
from heschl.behavior.listeners import ListenersError
from heschl.behavior.pairs import units_of
from heschl.behavior.params import BehaviorParams
from heschl.behavior.thresholds import equivalent_trials
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.row import CLEAN
from heschl.spreadsheets import SpreadsheetError, read_rows
from heschl.statistics import intervals, resampling
from heschl.statistics.correlation import split_half

COLUMNS = ("background", "snr_db", "mean", "sd", "n", "reliability", "labels")


def read_published(path: str | Path) -> pd.DataFrame:
    """Read a summary of published listeners, named after its task, such as published/word.csv.

    columns : background, snr_db (dB, nan when clean); mean and sd (over listeners, of the proportion
              correct); n (listeners); reliability (of the means over all conditions, by split halves of the
              listeners: one value); labels (how many the listeners chose from: one value)
    raises  : ListenersError naming the file, the row, what was expected and the remedy
    """
    try:
        rows = dict(read_rows(Path(path), COLUMNS))
    except SpreadsheetError as error:
        raise ListenersError(str(error)) from None
    texts = pd.DataFrame(list(rows.values()), columns=list(COLUMNS), index=list(rows))
    table = texts.assign(**{name: [_number(text) for text in texts[name]] for name in COLUMNS[1:]})
    for problem, wrong in _faults(texts, table).items():
        if wrong.any():
            raise ListenersError(
                f"{path}, row {wrong.idxmax()}: {problem}. Correct the row, or remove the file."
            )
    return table.astype({"n": int, "labels": int}).reset_index(drop=True)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _faults(texts: pd.DataFrame, table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what can be wrong with a row -> whether it is, (rows,) bool.

    texts, table : the rows as in the file, and with numbers, nan where a text is not a number
    """
    clean, names = table["background"] == CLEAN, (CLEAN, *BACKGROUNDS)
    shares, counts = table[["mean", "sd", "reliability"]], table[["n", "labels"]]
    whole = (counts >= 1) & (counts % 1 == 0) & np.isfinite(counts)
    return {
        f"background must be one of {', '.join(names)}": ~table["background"].isin(names),
        "snr_db must be a number, and empty when clean": (texts["snr_db"] != "").where(
            clean, ~np.isfinite(table["snr_db"])
        ),
        "mean, sd and reliability must lie between 0 and 1": ~((shares >= 0) & (shares <= 1)).all(axis=1),
        "n and labels must be whole numbers, 1 or more": ~whole.all(axis=1),
        "labels must be the same in every row": table["labels"] != table["labels"].iloc[:1].squeeze(),
        "the condition appears twice": table.duplicated(CONDITION),
    }


def summarize(individuals: pd.DataFrame, labels: int, seed: int = 0) -> pd.DataFrame:
    """Return the summary, with the columns of `read_published`, of each listener's accuracies.

    individuals : participant, background, snr_db (text; "clean", which may be repeated under each
                  background), accuracy (0 to 1)
    labels      : how many the listeners chose from
    """
    clean = individuals["snr_db"].astype(str) == CLEAN
    table = individuals.assign(
        background=individuals["background"].mask(clean, CLEAN),
        snr_db=pd.to_numeric(individuals["snr_db"], errors="coerce"),
    ).drop_duplicates(["participant", *CONDITION])
    groups = table.groupby(CONDITION, dropna=False, sort=True)
    out = groups["accuracy"].agg(mean="mean", sd="std", n="count").reset_index()
    _, persons = np.unique(table["participant"], return_inverse=True)
    accuracy = table["accuracy"].to_numpy(float)
    reliability = split_half(accuracy, groups.ngroup().to_numpy(), persons, len(out), seed)
    return out.assign(reliability=reliability, labels=labels)


def compare_published(
    summary: pd.DataFrame,
    clips: pd.DataFrame,
    params: BehaviorParams,
    task: str,
    labels: int,
) -> tuple[pd.DataFrame, Sides]:
    """Return published listeners and network side by side, in the conditions both have.

    summary : as `read_published`
    clips   : as `Answers.clips`; all test clips of the task count, since the listeners' clips are not public
    labels  : how many the network chose from
    returns : table as `conditions`, without trials; both sides, for `agree`
    The trials of single listeners are not public: means are resampled from a normal distribution with
    standard deviation sd / sqrt(n), each condition by itself.
    """
    shared, heard = _shared_conditions(summary, clips[clips["task"] == task], params)
    seed = params.seed
    units = resampling.counts(int(heard["unit"].max()) + 1 if len(heard) else 0, params.resamples, seed)
    mean, error = shared["mean"].to_numpy(), (shared["sd"] / np.sqrt(shared["n"])).to_numpy()
    drawn = np.random.default_rng([seed, 1]).normal(shared["mean"], error, (params.resamples, len(shared)))
    reliability = float(shared["reliability"].iloc[0]) if len(shared) else np.nan
    theirs = Choice(int(summary["labels"].iloc[0]), 1)
    listeners = Accuracies(mean, drawn, mean[None], reliability, equivalent_trials(shared), theirs)
    network = of_network(heard, units, len(shared), seed, Choice(labels, params.answers.get(task, 1)))
    participants = int(shared["n"].max()) if len(shared) else 0
    table = _side_by_side(shared, drawn, heard, units, params.confidence).assign(task=task)
    return table, Sides(task, listeners, network, shared, participants)


def _shared_conditions(
    summary: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the conditions that summary and clips share, and their clips with hit, cell and unit."""
    shared = summary.merge(clips[CONDITION].drop_duplicates(), on=CONDITION, how="inner")
    shared = shared.sort_values(CONDITION, ignore_index=True)
    heard = clips.assign(hit=scores(clips, params.answers).astype(float))
    heard = heard.merge(shared[CONDITION].assign(cell=np.arange(len(shared))), on=CONDITION, how="inner")
    return shared, heard.assign(unit=units_of(heard["source"], heard["key"]))


def _side_by_side(
    shared: pd.DataFrame, drawn: np.ndarray, heard: pd.DataFrame, units: np.ndarray, confidence: float
) -> pd.DataFrame:
    arrays = heard["hit"].to_numpy(float), heard["cell"].to_numpy(int), heard["unit"].to_numpy(int)
    low, high = intervals.percentiles(drawn, confidence) if len(shared) else ([], [])
    network, network_low, network_high = intervals.proportions(*arrays, units, len(shared), confidence)
    return shared[CONDITION].assign(
        listeners=shared["mean"], listeners_low=np.clip(low, 0, 1), listeners_high=np.clip(high, 0, 1),
        participants=shared["n"], network=network, network_low=network_low, network_high=network_high,
        n=np.bincount(heard["cell"], minlength=len(shared)),
    )  # fmt: skip
