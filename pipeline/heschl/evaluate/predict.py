"""Let a network answer the test clips, and the clips of a control for leaks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from heschl.evaluate.answers import COLUMNS, KEY, Answers
from heschl.evaluate.params import EvaluateParams
from heschl.mixtures.row import CLEAN
from heschl.network.hearing import Hearing, label_probabilities
from heschl.parallel import progress
from heschl.shards.batches import evaluation_batches
from heschl.shards.read import Shards
from heschl.tasks import TASKS, named

SILENCED_S = 1.5  # duration that the control silences, in the middle of a clip
SILENCED_SHARE = 0.75  # of a clip, at most
TOP = 5
BLOCK = 10_000  # rows that are held as dictionaries, before they become a table


def answer(hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu") -> Answers:
    """Return the network's answer to every clip of the shards, in the task that the clip is a target of.

    Null classes such as "__genre__" are not possible answers, because a listener knows the task as well,
    unless params.null_answers. Clips of tasks that the network does not have are left out.
    """
    numbers = [number for number in range(len(shards)) if shards.record(number)["task"] in hearing.labels]
    return _answers(hearing, shards, np.array(numbers, int), params, device, None)


def silenced(hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu") -> Answers:
    """Return the answers to clean clips whose middle 1.5 s are silenced: at chance, unless clips leak.

    Of shorter clips 75 % are silenced, the share of 1.5 s in two.
    Only tasks whose labels are in the middle of the clip, `Task.centered`, have this control.
    """
    centered = [task for task in hearing.labels if TASKS[task].centered]
    records = (shards.record(number) for number in range(len(shards)))
    numbers = [
        number
        for number, record in enumerate(records)
        if record["task"] in centered and record["background"] == CLEAN
    ]
    seconds = min(SILENCED_S, SILENCED_SHARE * shards.sound.clip_s)
    middle, half = shards.sound.samples // 2, round(seconds / 2 * shards.sound.sample_rate)
    return _answers(
        hearing, shards, np.array(numbers, int), params, device, slice(middle - half, middle + half)
    )


def _answers(
    hearing: Hearing,
    shards: Shards,
    numbers: np.ndarray,
    params: EvaluateParams,
    device: str,
    silence: slice | None,
) -> Answers:
    """Return the answers to the clips of these numbers; silence : samples that are set to zero."""
    labels = {task: names if params.null_answers else named(names) for task, names in hearing.labels.items()}
    # in large blocks: many small ones would leave no room between them for the arrays of the next batch
    tables: list[pd.DataFrame] = []
    rows: list[dict[str, Any]] = []
    shares = {task: np.empty((len(numbers), len(names)), np.float32) for task, names in labels.items()}
    counts = dict.fromkeys(labels, 0)
    batches = list(evaluation_batches(len(numbers), params.batch_size))
    for batch, valid in progress(batches, len(batches), "evaluate"):
        chosen = numbers[batch[valid]]
        waveforms = shards.waveforms(chosen)
        if silence:
            waveforms[..., silence] = 0
        try:
            found = _probabilities(hearing, waveforms, params.null_answers, device)
        except ValueError as error:
            keys = [shards.record(number)["key"] for number in (chosen[0], chosen[-1])]
            raise ValueError(f"{shards.folder}, clips {' to '.join(keys)}: {error}") from None
        for place, number in enumerate(chosen):
            record = shards.record(number)
            task = record["task"]
            share = found[task][place]
            rows.append(_row(record, labels[task], share))
            shares[task][counts[task]] = share
            counts[task] += 1
        if len(rows) >= BLOCK:
            tables.append(_of_rows(rows))
            rows = []
    clips = pd.concat([*tables, _of_rows(rows)], ignore_index=True)
    return Answers(
        clips, {task: _table(clips, task, labels[task], shares[task][: counts[task]]) for task in labels}
    )


def _of_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _probabilities(
    hearing: Hearing, waveforms: np.ndarray, nulls: bool, device: str
) -> dict[str, np.ndarray]:
    """Return the probabilities of each task's labels, (batch, labels); waveforms : (batch, samples)."""
    with torch.inference_mode():
        logits = hearing(torch.from_numpy(waveforms).to(device))
    return {
        task: label_probabilities(logits[task], names, nulls).numpy()
        for task, names in hearing.labels.items()
    }


def _row(record: Mapping[str, Any], labels: Sequence[str], share: np.ndarray) -> dict[str, Any]:
    """Return the row of one clip; share : (labels,), the probability of each label."""
    order = np.argsort(-share, kind="stable")
    truth = labels.index(record[record["task"]])
    rank = int(np.flatnonzero(order == truth)[0]) + 1
    return {
        "key": record["key"], "task": record["task"], "background": record["background"],
        "snr_db": np.nan if record["snr_db"] is None else record["snr_db"], "source": record["source"],
        "target": f"{record['target_file']}@{record['target_start_s']:.4f}",
        "truth": labels[truth], "answer": labels[order[0]], "correct": int(rank == 1), "rank": rank,
        "probability": round(float(share[order[0]]), 4),
        "truth_probability": round(float(share[truth]), 4),
        "top5": "|".join(labels[place] for place in order[:TOP]),
    }  # fmt: skip


def _table(clips: pd.DataFrame, task: str, labels: Sequence[str], shares: np.ndarray) -> pd.DataFrame:
    """Return the probabilities of one task, one row per clip; shares : (clips, labels) float32."""
    table = pd.DataFrame(shares, columns=list(labels))
    table.insert(0, KEY, clips.loc[clips["task"] == task, "key"].to_numpy())
    return table
