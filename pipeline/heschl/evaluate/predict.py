"""Let a network answer the test clips, and the clips of a control for leaks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from heschl.evaluate.answers import COLUMNS, KEY, Answers, joined
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
BLOCK = 4096  # answers that are held before they are written


def answer(hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu") -> Answers:
    """Return the network's answer to every clip of the shards; see `answer_blocks`."""
    return joined(answer_blocks(hearing, shards, params, device))


def answer_blocks(
    hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu"
) -> Iterator[Answers]:
    """Yield the network's answers to the clips of the shards, each in the task that it is a target of.

    Null classes such as "__genre__" are not possible answers, because a listener knows the task as well,
    unless params.null_answers. Clips of tasks that the network does not have are left out. The blocks have
    about `BLOCK` clips, in order.
    """
    return _answers(hearing, shards, params, device, lambda record: record["task"] in hearing.labels)


def silenced_blocks(
    hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu"
) -> Iterator[Answers]:
    """Yield the answers to clean clips whose middle 1.5 s are silenced: at chance, unless clips leak.

    Of shorter clips 75 % are silenced, the share of 1.5 s in two.
    Only tasks whose labels are in the middle of the clip, `Task.centered`, have this control.
    """
    centered = [task for task in hearing.labels if TASKS[task].centered]
    seconds = min(SILENCED_S, SILENCED_SHARE * shards.sound.clip_s)
    middle, half = shards.sound.samples // 2, round(seconds / 2 * shards.sound.sample_rate)
    silence = slice(middle - half, middle + half)
    return _answers(
        hearing, shards, params, device,
        lambda record: record["task"] in centered and record["background"] == CLEAN, silence,
    )  # fmt: skip


def _answers(
    hearing: Hearing,
    shards: Shards,
    params: EvaluateParams,
    device: str,
    chosen: Callable[[dict[str, Any]], bool],
    silence: slice | None = None,
) -> Iterator[Answers]:
    """Yield the answers to the clips whose rows are chosen; silence : samples that are set to zero."""
    labels = {task: names if params.null_answers else named(names) for task, names in hearing.labels.items()}
    numbers, size = shards.where(chosen), params.batch_size
    rows, empty = list[dict[str, Any]](), True
    shares: dict[str, list[np.ndarray]] = {task: [] for task in labels}
    batches = progress(evaluation_batches(len(numbers), size), -(-len(numbers) // size), "evaluate")
    for batch, valid in batches:
        own = numbers[batch[valid]]
        waveforms = shards.waveforms(own)
        if silence:
            waveforms[..., silence] = 0
        try:
            found = _probabilities(hearing, waveforms, params.null_answers, device)
        except ValueError as error:
            keys = [shards.record(number)["key"] for number in (own[0], own[-1])]
            raise ValueError(f"{shards.folder}, clips {' to '.join(keys)}: {error}") from None
        for place, number in enumerate(own):
            record = shards.record(number)
            task = record["task"]
            share = found[task][place]
            rows.append(_row(record, labels[task], share))
            shares[task].append(share.astype(np.float32))
        if len(rows) >= BLOCK:
            yield _block(rows, shares, labels)
            rows, shares, empty = [], {task: [] for task in labels}, False
    if rows or empty:
        yield _block(rows, shares, labels)


def _block(
    rows: list[dict[str, Any]],
    shares: Mapping[str, list[np.ndarray]],
    labels: Mapping[str, Sequence[str]],
) -> Answers:
    """Return some answers as tables; shares : task -> the probability of each label, one array per clip."""
    clips = _of_rows(rows)
    tables = {}
    for task, names in labels.items():
        values = np.array(shares[task], np.float32).reshape(len(shares[task]), len(names))
        tables[task] = pd.DataFrame(values, columns=list(names))
        tables[task].insert(0, KEY, clips.loc[clips["task"] == task, "key"].array)
    return Answers(clips, tables)


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
