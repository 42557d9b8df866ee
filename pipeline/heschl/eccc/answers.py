"""What a network answers to the clips whose target it knows, beside what listeners responded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from heschl.eccc import sounds
from heschl.eccc.table import Clip, EcccError, plain
from heschl.network.hearing import Hearing, label_probabilities
from heschl.tasks import named

TASK = "word"
BATCH = 16  # clips
COLUMNS = {
    "id": str,
    "masker": str,
    "snr_db": float,  # of the table
    "achieved_snr_db": float,  # of the file
    "speaker": str,
    "target": str,
    "confusion": str,
    "listeners": int,
    "target_share": float,  # of the listeners, who gave the target,
    "confusion_share": float,  # ... the confusion,
    "answer_share": float,  # ... the network's first answer
    "answer": str,
    "target_rank": int,  # in the network's answers; 1 is the first
    "confusion_rank": float,  # nan if the network does not know the confusion
    "probability": float,  # of the first answer
    "target_probability": float,
    "confusion_probability": float,
}


@dataclass(frozen=True)
class Answers:
    """The network's answers to the clips whose target is in its vocabulary.

    clips     : one row per clip, COLUMNS
    ranks     : (clips, labels) int, rank of each label in the answers to a clip, 1 for the first
    target    : (clips,) int, place of the target among the labels
    confusion : (clips,) int, place of the listeners' confusion; -1 if it is not in the vocabulary
    """

    clips: pd.DataFrame
    ranks: np.ndarray
    target: np.ndarray
    confusion: np.ndarray


def vocabulary(hearing: Hearing) -> list[str]:
    """Return the network's words as they are compared, without null classes, in the order of its labels.

    raises : EcccError if the network has no such task, or no word of it
    """
    words = [plain(label) for label in named(hearing.labels.get(TASK, []))]
    if not words:
        raise EcccError(
            f"the network has the tasks {', '.join(hearing.labels)}; expected {TASK} with labels. Train one "
            f"with the task {TASK}."
        )
    return words


def answers(hearing: Hearing, clips: Sequence[Clip], folder: str | Path, device: str = "cpu") -> Answers:
    """Let a network answer the clips whose target is in its vocabulary.

    hearing : in eval mode, on `device`
    folder  : of the corpus, with the sounds
    raises  : EcccError if the vocabulary holds no target, or a sound cannot be used; ValueError if logits
              are not finite
    """
    words = vocabulary(hearing)
    chosen = [clip for clip in clips if clip.target in words]
    if not chosen:
        raise EcccError(
            f"none of the {len(clips)} clips has a target in the network's vocabulary of {len(words)} words "
            f"({', '.join(words[:5])}, ...). Train a network on words of the corpus's column Target."
        )
    shares, achieved = _heard(hearing, chosen, folder, device)
    place = {word: number for number, word in reversed(list(enumerate(words)))}
    target = np.array([place[clip.target] for clip in chosen])
    confusion = np.array([place.get(clip.confusion, -1) for clip in chosen])
    ranks = _ranks(shares)
    rows = [
        _row(clip, snr_db, words, share, rank)
        for clip, snr_db, share, rank in zip(chosen, achieved, shares, ranks, strict=True)
    ]
    return Answers(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS), ranks, target, confusion)


def _heard(
    hearing: Hearing, clips: Sequence[Clip], folder: str | Path, device: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities of the labels, (clips, labels), and the SNR of each file, (clips,) dB."""
    known = sounds.files(folder)
    paths = [sounds.file_of(clip, known, folder) for clip in clips]  # raises before the first answer
    shares, achieved = [], []
    for first in range(0, len(clips), BATCH):
        pairs = zip(paths[first : first + BATCH], clips[first : first + BATCH], strict=True)
        batch = [sounds.stimulus(path, clip, hearing.sound) for path, clip in pairs]
        waveforms = torch.from_numpy(np.stack([each.waveform for each in batch])).to(device)
        with torch.inference_mode():
            shares.append(label_probabilities(hearing(waveforms)[TASK], hearing.labels[TASK]).numpy())
        achieved += [each.snr_db for each in batch]
    return np.concatenate(shares), np.array(achieved)


def _ranks(shares: np.ndarray) -> np.ndarray:
    """Return the rank of each label, the most probable first; ties keep the order of the labels."""
    order = np.argsort(-shares, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, shares.shape[1] + 1)[None], axis=1)
    return ranks


def _row(
    clip: Clip, snr_db: float, words: Sequence[str], shares: np.ndarray, ranks: np.ndarray
) -> dict[str, object]:
    """Return the row of a clip; shares, ranks : (labels,)."""
    first, target = int(np.argmin(ranks)), words.index(clip.target)
    known = clip.confusion in words
    confusion = words.index(clip.confusion) if known else -1
    return {
        **{
            name: getattr(clip, name) for name in ("id", "masker", "snr_db", "speaker", "target", "confusion")
        },
        "achieved_snr_db": snr_db,
        "listeners": clip.listeners,
        "target_share": clip.share(clip.target),
        "confusion_share": clip.share(clip.confusion),
        "answer_share": clip.share(words[first]),
        "answer": words[first],
        "target_rank": ranks[target],
        "confusion_rank": ranks[confusion] if known else np.nan,
        "probability": shares[first],
        "target_probability": shares[target],
        "confusion_probability": shares[confusion] if known else np.nan,
    }
