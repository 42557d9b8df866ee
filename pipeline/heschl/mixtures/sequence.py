"""Words before and after an isolated word, of the same speaker: a sequence, as people hear words.

time in the clip  0 s                    1 s                    2 s
                  |ven   left   five   TARGET   up   happy   ri|
"""

from typing import Any

import numpy as np

from heschl.mixtures.excerpts import CorpusSplit
from heschl.mixtures.recordings import Row
from heschl.tasks import Task


def surround(
    split: CorpusSplit, task: Task, row: Row, start_s: float, rng: np.random.Generator
) -> dict[str, tuple[Any, ...]]:
    """Draw the words around a target, to the ends of the clip.

    row     : of the target; start_s : where the clip begins in its file
    returns : values of the columns context_files and context_starts_s of a mixture; both empty where
              mixtures.sequence is, or the target is not an isolated word
    """
    sequence = split.params.sequence
    others = split.others(task, row) if sequence and task.centered else []
    if not others:
        return {"context_files": (), "context_starts_s": ()}
    clip_s, begin, end = split.sound.clip_s, row["start_s"] - start_s, row["end_s"] - start_s
    found = []
    while (begin := begin - rng.uniform(sequence.gap_s.low, sequence.gap_s.high)) > 0:
        file, duration_s = others[rng.integers(len(others))]
        begin -= duration_s
        found.append((file, begin))
    while (end := end + rng.uniform(sequence.gap_s.low, sequence.gap_s.high)) < clip_s:
        file, duration_s = others[rng.integers(len(others))]
        found.append((file, end))
        end += duration_s
    found.sort(key=lambda each: each[1])
    return {
        "context_files": tuple(file for file, _ in found),
        "context_starts_s": tuple(round(start, 4) for _, start in found),
    }
