"""A network's answers to the test clips, and to the clips of a control for leaks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from pipeline.evaluate.answers import COLUMNS, Answers
from pipeline.mixtures.row import CLEAN
from pipeline.network.hearing import Hearing
from pipeline.parallel import progress
from pipeline.params import Count, section
from pipeline.shards.batches import evaluation_batches
from pipeline.shards.read import Shards
from pipeline.tasks import named

SILENCED_S = 1.5  # of the middle, in the control for leaks
TOP = 5


@section
class EvaluateParams:
    """Params section `evaluate`."""

    batch_size: Count
    null_answers: bool  # whether "__genre__" counts as an answer to a word clip


def answer(hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu") -> Answers:
    """Return what the network answers to every clip of the shards, for the task that it is a target of.

    Unless params.null_answers, null classes such as "__genre__" are left out: a listener, too, knows which task it is.
    """
    return _answers(hearing, shards, np.arange(len(shards)), params, device, None)


def silenced(
    hearing: Hearing, shards: Shards, task: str, params: EvaluateParams, device: str = "cpu"
) -> Answers:
    """Return the answers to the clean clips of `task` with their middle 1.5 s silenced: at chance, unless clips leak."""
    records = (shards.record(n) for n in range(len(shards)))
    numbers = np.array(
        [n for n, record in enumerate(records) if record["task"] == task and record["background"] == CLEAN],
        int,
    )
    middle, half = shards.sound.samples // 2, round(SILENCED_S / 2 * shards.sound.sample_rate)
    return _answers(hearing, shards, numbers, params, device, slice(middle - half, middle + half))


def _answers(
    hearing: Hearing,
    shards: Shards,
    numbers: np.ndarray,
    params: EvaluateParams,
    device: str,
    silence: slice | None,
) -> Answers:
    labels = {task: names if params.null_answers else named(names) for task, names in hearing.labels.items()}
    places = {task: [hearing.labels[task].index(name) for name in names] for task, names in labels.items()}
    rows: list[dict[str, Any]] = []
    shares: dict[str, list[np.ndarray]] = {task: [] for task in labels}
    batches = list(evaluation_batches(len(numbers), params.batch_size))
    for batch, valid in progress(batches, len(batches), "evaluate"):
        chosen = numbers[batch[valid]]
        waveforms = shards.waveforms(chosen)
        if silence:
            waveforms[:, silence] = 0
        with torch.inference_mode():
            logits = hearing(torch.from_numpy(waveforms).to(device))
        heard = {
            task: torch.softmax(logits[task].double()[:, places[task]], 1).cpu().numpy() for task in labels
        }
        for place, number in enumerate(chosen):
            record = shards.record(number)
            share = heard[record["task"]][place]
            rows.append(_row(record, labels[record["task"]], share))
            shares[record["task"]].append(share)
    clips = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return Answers(clips, {task: _table(clips, task, labels[task], shares[task]) for task in labels})


def _row(record: Mapping[str, Any], labels: Sequence[str], share: np.ndarray) -> dict[str, Any]:
    order = np.argsort(-share, kind="stable")
    truth = labels.index(record[record["task"]])
    rank = int(np.flatnonzero(order == truth)[0]) + 1
    return {
        "key": record["key"], "task": record["task"], "background": record["background"],
        "snr_db": np.nan if record["snr_db"] is None else record["snr_db"],
        "source": record["source"], "target": f"{record['target_file']}@{record['target_start_s']:.4f}", "truth": labels[truth],
        "answer": labels[order[0]], "correct": int(rank == 1), "rank": rank, "probability": round(float(share[order[0]]), 4),
        "truth_probability": round(float(share[truth]), 4), "top5": "|".join(labels[place] for place in order[:TOP]),
    }  # fmt: skip


def _table(clips: pd.DataFrame, task: str, labels: Sequence[str], shares: list[np.ndarray]) -> pd.DataFrame:
    values = np.array(shares, np.float32).reshape(len(shares), len(labels))
    table = pd.DataFrame(values, columns=list(labels))
    table.insert(0, "__key__", clips.loc[clips["task"] == task, "key"].to_numpy())
    return table
