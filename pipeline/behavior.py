"""What a network answers, clip by clip, and how well: accuracy per task, background and SNR."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from pipeline.batches import evaluation_batches, is_null
from pipeline.hearing import Hearing
from pipeline.mixing import CLEAN
from pipeline.parallel import progress
from pipeline.params import Count, Share, section
from pipeline.shards import Shards

SILENCED_S = 1.5  # of the middle, in the control for leaks


@section
class EvaluateParams:
    """Params section `evaluate`."""

    seed: int
    batch_size: Count
    resamples: Count  # of the bootstrap
    confidence: Share  # of the intervals


def answer(hearing: Hearing, shards: Shards, batch_size: int, device: str = "cpu") -> pd.DataFrame:
    """Return what the network answers to every clip for the task it is a target of, one row a clip.

    columns : key, task, background, snr_db (nan when clean), source, truth, answer, correct, rank (of the truth, 1 is
              first), probability (of the answer), top5 (joined by "|")
    Null classes, such as "__genre__", are left out: a listener knows which task it is.
    """
    records = [shards.record(number) for number in range(len(shards))]
    rows = []
    batches = list(evaluation_batches(len(shards), batch_size))
    for numbers, valid in progress(batches, len(batches), "evaluate"):
        numbers = numbers[valid]
        logits = _logits(hearing, shards.waveforms(numbers), device)
        rows += [_row(records[n], {task: values[i] for task, values in logits.items()}, hearing.labels) for i, n in enumerate(numbers)]
    return pd.DataFrame(rows)


def silenced(hearing: Hearing, shards: Shards, task: str, batch_size: int, device: str = "cpu") -> pd.DataFrame:
    """Return the answers to the clean clips of `task` with their middle 1.5 s silenced: at chance, unless clips leak."""
    records = {n: shards.record(n) for n in range(len(shards))}
    numbers = np.array([n for n, record in records.items() if record["task"] == task and record["background"] == CLEAN])
    middle, half = shards.sound.samples // 2, round(SILENCED_S / 2 * shards.sound.sample_rate)
    rows = []
    for start in range(0, len(numbers), batch_size):
        part = numbers[start : start + batch_size]
        waveforms = shards.waveforms(part)
        waveforms[:, middle - half : middle + half] = 0
        logits = _logits(hearing, waveforms, device)
        rows += [_row(records[n], {task: values[i] for task, values in logits.items()}, hearing.labels) for i, n in enumerate(part)]
    return pd.DataFrame(rows)


def controls(hearing: Hearing, shards: Shards, batch_size: int, device: str = "cpu") -> dict[str, pd.DataFrame]:
    """Return the answers of each control by its name; there is one where words are a task."""
    return {"word_silenced": silenced(hearing, shards, "word", batch_size, device)} if "word" in hearing.labels else {}


def accuracy(clips: pd.DataFrame, params: EvaluateParams) -> pd.DataFrame:
    """Return top-1 and top-5 accuracy per task, background and SNR, with intervals.

    clips   : as `answer` returns
    columns : task, background, snr_db, top1, top1_low, top1_high, top5, top5_low, top5_high, n
    Intervals are percentiles of a bootstrap over sources (speakers, artists), not clips.
    """
    rows = []
    for (task, background, snr), group in clips.groupby(["task", "background", "snr_db"], dropna=False, sort=True):
        row: dict[str, Any] = {"task": task, "background": background, "snr_db": snr}
        for k in (1, 5):
            hits = (group["rank"] <= k).to_numpy(float)
            low, high = bootstrap(hits, group["source"].to_numpy(), params)
            row |= {f"top{k}": hits.mean(), f"top{k}_low": low, f"top{k}_high": high}
        rows.append(row | {"n": len(group)})
    return pd.DataFrame(rows)


def bootstrap(hits: np.ndarray, sources: np.ndarray, params: EvaluateParams) -> tuple[float, float]:
    """Return the interval of the mean of `hits`, (clips,), when `sources`, (clips,), are drawn anew with replacement.

    Where all clips are of one source they are drawn one by one: the interval is for that source alone.
    """
    _, place = np.unique(sources, return_inverse=True)
    place = place if place.max() else np.arange(len(hits))
    sums, counts = np.bincount(place, hits), np.bincount(place)
    drawn = np.random.default_rng(params.seed).integers(len(sums), size=(params.resamples, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    tail = (1 - params.confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def curves(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return for each task accuracy against SNR, a column a background, for plotting."""
    masked = table[table["background"] != CLEAN]
    return {task: rows.pivot(index="snr_db", columns="background", values="top1") for task, rows in masked.groupby("task")}


def metrics(
    table: pd.DataFrame, labels: Mapping[str, list[str]], controls: Mapping[str, pd.DataFrame], params: EvaluateParams
) -> dict[str, Any]:
    """Return the numbers of `accuracy` nested by task, background and SNR, with chance, summary and controls."""
    chance = {task: 1 / len(named(names)) for task, names in labels.items()}
    out: dict[str, Any] = {"summary": {}, "chance": chance, "control": {}}
    for task, rows in table.groupby("task"):
        masked = rows[rows["background"] != CLEAN]
        clean = rows[rows["background"] == CLEAN]
        out["summary"][f"{task}_clean"] = float(clean["top1"].iloc[0])
        if len(masked):
            best = masked["snr_db"].max()
            out["summary"][f"{task}_at_{best:g}dB"] = float(masked.loc[masked["snr_db"] == best, "top1"].mean())
        out[task] = {CLEAN: _values(clean.iloc[0])}
        for background, group in masked.groupby("background"):
            out[task][background] = {f"{row['snr_db']:g}": _values(row) for _, row in group.iterrows()}
    for name, clips in controls.items():
        task = clips["task"].iloc[0]
        hits = (clips["rank"] == 1).to_numpy(float)
        low, high = bootstrap(hits, clips["source"].to_numpy(), params)
        out["control"][name] = {"top1": float(hits.mean()), "top1_low": low, "top1_high": high, "n": len(clips), "chance": chance[task]}
    return out


def named(labels: list[str]) -> list[str]:
    """Return the labels that name something: all but null classes such as "__genre__"."""
    return [label for label in labels if not is_null(label)]


def _logits(hearing: Hearing, waveforms: np.ndarray, device: str) -> dict[str, np.ndarray]:
    with torch.inference_mode():
        logits = hearing(torch.from_numpy(waveforms).to(device))
    return {task: values.float().cpu().numpy() for task, values in logits.items()}


def _row(record: Mapping[str, Any], logits: Mapping[str, np.ndarray], labels: Mapping[str, list[str]]) -> dict[str, Any]:
    task = record["task"]
    names = named(labels[task])
    values = logits[task][[labels[task].index(name) for name in names]].astype(np.float64)
    order = np.argsort(-values, kind="stable")
    share = np.exp(values - values.max())
    share /= share.sum()
    rank = int(np.flatnonzero(order == names.index(record[task]))[0]) + 1
    snr = record["snr_db"]
    return {
        "key": record["key"], "task": task, "background": record["background"], "snr_db": np.nan if snr is None else snr,
        "source": record["source"], "truth": record[task], "answer": names[order[0]], "correct": int(rank == 1), "rank": rank,
        "probability": round(float(share[order[0]]), 4), "top5": "|".join(names[i] for i in order[:5]),
    }  # fmt: skip


def _values(row: pd.Series) -> dict[str, Any]:
    return {name: float(row[name]) for name in row.index if name.startswith("top")} | {"n": int(row["n"])}
