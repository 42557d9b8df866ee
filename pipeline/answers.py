"""What a network answers to the test clips, one row a clip, and to the clips of a control for leaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from pyarrow import parquet

from pipeline.batches import evaluation_batches, is_null
from pipeline.hearing import Hearing
from pipeline.mixing import CLEAN
from pipeline.parallel import progress
from pipeline.params import Count, section
from pipeline.shards import Shards

SILENCED_S = 1.5  # of the middle, in the control for leaks
TOP = 5
CLIPS, SILENCED, PROBABILITIES = "clips.csv", "silenced.csv", "probabilities"
COLUMNS: dict[str, type] = {
    "key": str, "task": str, "background": str, "snr_db": float, "source": str, "target": str, "truth": str, "answer": str,
    "correct": int, "rank": int, "probability": float, "truth_probability": float, "top5": str,
}  # fmt: skip


@section
class EvaluateParams:
    """Params section `evaluate`."""

    batch_size: Count
    null_answers: bool  # whether "__genre__" counts as an answer to a word clip


class AnswersError(ValueError):
    """A table of answers that cannot be read; names the file and the remedy."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network answers to clips.

    clips         : one row a clip, with its key, task, background, snr_db (nan when clean), source, target (the recording that it
                    was cut from and the second), truth, answer, correct (0 or 1), rank (of the truth, 1 is first), probability
                    (of the answer), truth_probability, top5 (joined by "|", likeliest first)
    probabilities : of each task, one row a clip: its __key__, and the probability of each label
    """

    clips: pd.DataFrame
    probabilities: Mapping[str, pd.DataFrame]


def answer(hearing: Hearing, shards: Shards, params: EvaluateParams, device: str = "cpu") -> Answers:
    """Return what the network answers to every clip of the shards, for the task that it is a target of.

    Unless params.null_answers, null classes such as "__genre__" are left out: a listener, too, knows which task it is.
    """
    return _answers(hearing, shards, np.arange(len(shards)), params, device, None)


def silenced(hearing: Hearing, shards: Shards, task: str, params: EvaluateParams, device: str = "cpu") -> Answers:
    """Return the answers to the clean clips of `task` with their middle 1.5 s silenced: at chance, unless clips leak."""
    records = (shards.record(n) for n in range(len(shards)))
    numbers = np.array([n for n, record in enumerate(records) if record["task"] == task and record["background"] == CLEAN], int)
    middle, half = shards.sound.samples // 2, round(SILENCED_S / 2 * shards.sound.sample_rate)
    return _answers(hearing, shards, numbers, params, device, slice(middle - half, middle + half))


def named(labels: Sequence[str]) -> list[str]:
    """Return the labels that name something: all but null classes such as "__genre__"."""
    return [label for label in labels if not is_null(label)]


def write(folder: Path, answers: Answers, control: Answers | None = None) -> None:
    """Write clips.csv and probabilities/<task>.parquet, and silenced.csv of a control (without rows, if there is none)."""
    (folder / PROBABILITIES).mkdir(parents=True, exist_ok=True)
    answers.clips.to_csv(folder / CLIPS, index=False)
    (control.clips if control else answers.clips.head(0)).to_csv(folder / SILENCED, index=False)
    for task, table in answers.probabilities.items():
        table.to_parquet(folder / PROBABILITIES / f"{task}.parquet", index=False)


def read(path: Path) -> pd.DataFrame:
    """Read clips.csv or silenced.csv as `Answers.clips`; labels stay text, also "7" and "null".

    raises : AnswersError where the file is missing or lacks a column
    """
    if not path.is_file():
        raise AnswersError(f"{path} is missing. Have the network answer the test clips: dvc repro evaluate.")
    try:
        clips = pd.read_csv(path, dtype=COLUMNS, keep_default_na=False, na_values={"snr_db": [""]})
    except ValueError as error:
        raise AnswersError(f"{path} cannot be read: {error}. Make it anew: dvc repro -f evaluate.") from None
    missing = [name for name in COLUMNS if name not in clips]
    if missing:
        raise AnswersError(f"{path} lacks the columns {', '.join(missing)} (it has {', '.join(clips)}). Make it anew: dvc repro evaluate.")
    return clips


def labels_of(folder: Path) -> dict[str, list[str]]:
    """Return the labels that were to be had as answers, by task, in the order of the probabilities' columns."""
    found = sorted((folder / PROBABILITIES).glob("*.parquet"))
    return {path.stem: [name for name in parquet.read_schema(path).names if name != "__key__"] for path in found}


def _answers(hearing: Hearing, shards: Shards, numbers: np.ndarray, params: EvaluateParams, device: str, silence: slice | None) -> Answers:
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
        heard = {task: torch.softmax(logits[task].double()[:, places[task]], 1).cpu().numpy() for task in labels}
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
        "source": record["source"], "target": f"{record['target_file']}@{record['target_start_s']:g}", "truth": labels[truth],
        "answer": labels[order[0]], "correct": int(rank == 1), "rank": rank, "probability": round(float(share[order[0]]), 4),
        "truth_probability": round(float(share[truth]), 4), "top5": "|".join(labels[place] for place in order[:TOP]),
    }  # fmt: skip


def _table(clips: pd.DataFrame, task: str, labels: Sequence[str], shares: list[np.ndarray]) -> pd.DataFrame:
    values = np.array(shares, np.float32).reshape(len(shares), len(labels))
    table = pd.DataFrame(values, columns=list(labels))
    table.insert(0, "__key__", clips.loc[clips["task"] == task, "key"].to_numpy())
    return table
