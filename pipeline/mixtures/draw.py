"""Corpus tables -> the mixtures table: which target, cut where, in what background, at which SNR."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.audio import Sound
from pipeline.corpus.tables import SPLITS
from pipeline.mixtures.backgrounds import BACKGROUNDS
from pipeline.mixtures.check import MixtureError, check
from pipeline.mixtures.excerpts import TRIES, CorpusSplit, source_name
from pipeline.mixtures.mix import parts
from pipeline.mixtures.params import Draw, Grid, MixtureParams, Range
from pipeline.mixtures.row import CLEAN, Mixture
from pipeline.mixtures.sequence import surround
from pipeline.parallel import parallel_map
from pipeline.tasks import TASKS
from pipeline.work import replacing

BLOCK = 16  # targets that are kept together when a run is killed
SHAPE_FILES = 10  # at most, of the target's source, whose spectrum shapes the noise


def draw_mixtures(
    tables: Mapping[str, pd.DataFrame],
    corpus: Path,
    tasks: tuple[str, ...],
    params: MixtureParams,
    sound: Sound,
    progress: Path | None = None,
) -> pd.DataFrame:
    """Return the mixtures table: one row for each clip, with the SNR and level reached.

    Each split is in random order.

    tables   : of the corpus, with the column `split`
    progress : folder that keeps the rows drawn so far, for a run that continues after it was killed
    raises   : MixtureError if a task is unknown, a split has too few sources, or a label has no audible
               excerpt
    """
    unknown = sorted(set(tasks) - set(TASKS))
    if unknown:
        raise MixtureError(f"tasks: {unknown[0]!r} is not a task; expected some of {', '.join(TASKS)}.")
    splits = {name: CorpusSplit.of(name, corpus, tables, params, sound) for name in SPLITS}
    plan = [
        (split, task, index)
        for split in SPLITS
        for task in tasks
        for index in range(_counts(params, split, tasks)[task])
    ]
    blocks = [(start, plan[start : start + BLOCK]) for start in range(0, len(plan), BLOCK)]
    drawn = parallel_map(partial(_drawn, splits, tasks, progress), blocks, "mixtures")
    rows = [row for block in drawn for row in block]
    frame = pd.concat(
        [_in_random_order([row for row in rows if row["split"] == split], params.seed) for split in SPLITS],
        ignore_index=True,
    )
    check(frame)
    return frame


def _counts(params: MixtureParams, split: str, tasks: Sequence[str]) -> dict[str, int]:
    """Return the number of targets of each task in a split."""
    rule = getattr(params, split)
    counts = rule.targets if isinstance(rule, Grid) else rule.clips
    if set(counts) != set(tasks):
        raise MixtureError(
            f"mixtures.{split} has counts for {sorted(counts)}; expected one for each task, {sorted(tasks)}."
        )
    return counts


def _in_random_order(rows: list[dict[str, Any]], seed: int) -> pd.DataFrame:
    split = rows[0]["split"]
    order = np.random.default_rng(np.random.SeedSequence([seed, SPLITS.index(split)])).permutation(len(rows))
    return pd.DataFrame([rows[i] | {"key": f"{split}-{place:07d}"} for place, i in enumerate(order)])


def _drawn(
    splits: dict[str, CorpusSplit],
    tasks: tuple[str, ...],
    progress: Path | None,
    block: tuple[int, list[tuple[str, str, int]]],
) -> list[dict[str, Any]]:
    """Draw the rows of a block of targets, or read those that an interrupted run has kept."""
    start, plan = block
    kept = progress / f"{start:08d}.json" if progress else None
    if kept and kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    rows = json.dumps([row for item in plan for row in _draw(splits, tasks, item)])
    if kept:
        with replacing(kept, "w") as file:
            file.write(rows)
    return json.loads(rows)


def _draw(
    splits: dict[str, CorpusSplit], tasks: tuple[str, ...], item: tuple[str, str, int]
) -> list[dict[str, Any]]:
    """Draw the rows of one target: in a grid one row for each condition, else a single row."""
    name, task, index = item
    split = splits[name]
    path = [split.params.seed, SPLITS.index(name), list(TASKS).index(task), index]
    rng = np.random.default_rng(np.random.SeedSequence(path))
    target = _target(split, tasks, task, index, rng)
    rule = getattr(split.params, name)
    if isinstance(rule, Grid):
        mixtures = _in_every_condition(split, target, rule, path)
    else:
        mixtures = [_in_one_condition(split, target, rule, rng)]
    return [_measured(mixture, split) for mixture in mixtures]


def _in_every_condition(split: CorpusSplit, target: Mixture, rule: Grid, path: list[int]) -> list[Mixture]:
    """Return `target` clean, and in each background at each SNR; a background is the same at every SNR."""
    mixtures = [target]
    for name in split.params.backgrounds:
        seed = np.random.SeedSequence([*path, 1 + list(BACKGROUNDS).index(name)])
        masked = _masked(split, target, name, np.random.default_rng(seed))
        mixtures += [replace(masked, snr_db=snr_db) for snr_db in rule.snr_db]
    return mixtures


def _in_one_condition(split: CorpusSplit, target: Mixture, rule: Draw, rng: np.random.Generator) -> Mixture:
    """Return `target` clean, or in one background at one SNR."""
    if rng.random() < rule.clean:
        return target
    name = split.params.backgrounds[rng.integers(len(split.params.backgrounds))]
    snrs = rule.snr_db
    snr_db = rng.uniform(snrs.low, snrs.high) if isinstance(snrs, Range) else rng.choice(snrs)
    return replace(_masked(split, target, name, rng), snr_db=round(float(snr_db), 3))


def _measured(mixture: Mixture, split: CorpusSplit) -> dict[str, Any]:
    reached = parts(mixture, split.corpus, split.sound)
    return mixture.record() | {
        "achieved_snr_db": round(reached.snr_db, 6),
        "achieved_level_db": round(reached.level_db, 6),
    }


def _target(
    split: CorpusSplit, tasks: Sequence[str], name: str, index: int, rng: np.random.Generator
) -> Mixture:
    """Draw a target of the task `name`, without background; `index` goes through the labels in turn."""
    task = TASKS[name]
    rows = split.of_label(task)
    label = list(rows)[index % len(rows)]  # every label equally often
    row, start = _audible(split, name, label, rows[label], rng)
    context = surround(split, task, row, start, rng)
    level = split.params.level_db
    return Mixture(
        key="", split=split.name, task=name, source=source_name(task.table, row), target_file=row["file"],
        target_start_s=start,
        labels={each: label if each == name else TASKS[each].null for each in TASKS if each in tasks},
        word_start_s=round(row["start_s"] - start, 4) if task.centered else math.nan,
        word_end_s=round(row["end_s"] - start, 4) if task.centered else math.nan,
        background=CLEAN, background_files=(), background_sources=(), background_starts_s=(), shape_files=(),
        noise_seed=0, snr_db=math.nan, level_db=round(float(rng.uniform(level.low, level.high)), 3),
        **context,
    )  # fmt: skip


def _audible(
    split: CorpusSplit, task: str, label: str, rows: list[dict[str, Any]], rng: np.random.Generator
) -> tuple[dict[str, Any], float]:
    """Draw one of `rows` and where to cut it, s, until the excerpt is audible."""
    for _ in range(TRIES):
        row = rows[rng.integers(len(rows))]
        start = split.start(TASKS[task], row, rng)
        if start is not None:
            return row, start
    raise MixtureError(
        f"{TASKS[task].table}: in {split.name}, {TRIES} excerpts of {label!r} were all below "
        f"mixtures.silence_db ({split.params.silence_db} dB). Lower it, or replace those recordings."
    )


def _masked(split: CorpusSplit, target: Mixture, name: str, rng: np.random.Generator) -> Mixture:
    """Return `target` with the pieces of the background `name`, none of them from the target's source."""
    background = BACKGROUNDS[name]
    rows, starts, avoid = [], [], {target.source}
    while len(rows) < background.pieces:
        for row in split.pick(background.table, rng, avoid, background.pieces - len(rows)):
            start = split.audible_start(row, rng)
            avoid.add(source_name(background.table, row))
            if start is not None:
                rows.append(row)
                starts.append(start)
    files = split.files_of(TASKS[target.task], target.source) if background.shaped else []
    return replace(
        target,
        background=name,
        background_files=tuple(row["file"] for row in rows),
        background_sources=tuple(source_name(background.table, row) for row in rows),
        background_starts_s=tuple(starts),
        shape_files=tuple(sorted(rng.permutation(files)[:SHAPE_FILES].tolist())),
        noise_seed=int(rng.integers(2**31)),
    )
