"""Corpus tables -> the mixtures table: which target, cut where, in what background, at which SNR."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heschl.audio import Sound
from heschl.corpus.tables import SPLITS
from heschl.memory import keep_memory
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.check import MixtureError, check_masks, check_splits
from heschl.mixtures.excerpts import TRIES, CorpusSplit
from heschl.mixtures.mix import parts
from heschl.mixtures.params import Draw, Grid, MixtureParams, Range
from heschl.mixtures.places import Places
from heschl.mixtures.plan import Clip, Plan, plan
from heschl.mixtures.recordings import Row, Rows, source_name
from heschl.mixtures.row import CLEAN, Mixture
from heschl.mixtures.sequence import surround
from heschl.mixtures.table import write_part
from heschl.parallel import parallel_results
from heschl.tasks import TASKS

PART = 256  # rows that are kept together when a run is killed
PLACED = 1000  # in seeds: of the places of sounds
SHAPE_FILES = 10  # at most, of the target's source, whose spectrum shapes the noise


def draw_parts(
    tables: Mapping[str, pd.DataFrame | Rows],
    corpus: Path,
    tasks: tuple[str, ...],
    params: MixtureParams,
    sound: Sound,
    folder: Path,
    rooms: Path | None = None,
) -> list[Path]:
    """Write the mixtures table in parts: a row for each clip, with the SNR and level reached; return them.

    Each split is in random order. Parts that an interrupted run left in `folder` are not drawn again.

    tables : of the corpus, with the column `split`
    rooms  : folder of impulse responses, for clips with two channels
    raises : MixtureError if a task is unknown, a split has too few sources or no rooms, or a label has no
             audible excerpt
    """
    unknown = sorted(set(tasks) - set(TASKS))
    if unknown:
        raise MixtureError(f"tasks: {unknown[0]!r} is not a task; expected some of {', '.join(TASKS)}.")
    placed = [task for task in tasks if TASKS[task].placed]
    if placed and (rooms is None or sound.channels == 1):
        raise MixtureError(f"tasks has {placed[0]!r}, but sound.channels is 1. Set it to 2, or leave it out.")
    places = {name: _places(name, rooms, params, sound) for name in SPLITS}
    tables = {name: Rows.of(table) for name, table in tables.items()}
    splits = {name: CorpusSplit.of(name, corpus, tables, params, sound, places[name]) for name in SPLITS}
    plans = {name: plan(name, tasks, params) for name in SPLITS}
    jobs = [(name, start) for name in SPLITS for start in range(0, len(plans[name]), PART)]
    heard = parallel_results(partial(_draw_part, splits, plans, tasks, folder), jobs, "mixtures")
    check_splits((name, sources) for (name, _), sources in zip(jobs, heard, strict=True))
    return [_part(folder, *job) for job in jobs]


def _places(split: str, rooms: Path | None, params: MixtureParams, sound: Sound) -> Places | None:
    if rooms is None or sound.channels == 1:
        return None
    return Places.of(split, rooms, [params.seed, SPLITS.index(split), PLACED])


def _part(folder: Path, split: str, start: int) -> Path:
    return folder / f"{SPLITS.index(split)}-{start:08d}.parquet"


def _draw_part(
    splits: Mapping[str, CorpusSplit],
    plans: Mapping[str, Plan],
    tasks: tuple[str, ...],
    folder: Path,
    job: tuple[str, int],
) -> set[str]:
    """Draw a part of a split, unless it is there; return the sources that are heard in it."""
    name, start = job
    path, whole = _part(folder, name, start), plans[name]
    keep_memory()
    if not path.is_file():
        places = range(start, min(start + PART, len(whole)))
        rows = [_draw(splits[name], tasks, whole[place], f"{name}-{place:07d}") for place in places]
        check_masks(rows)
        write_part(path, rows, tasks, splits[name].sound.channels)
    heard = pd.read_parquet(path, columns=["source", "background_sources"])
    return {*heard["source"], *heard["background_sources"].explode().dropna()}


def _draw(split: CorpusSplit, tasks: tuple[str, ...], clip: Clip, key: str) -> dict[str, Any]:
    """Draw one row; in a grid, those of a target have it in common, and those of a background its pieces."""
    path = [split.params.seed, SPLITS.index(split.name), list(TASKS).index(clip.task), clip.target]
    rng = np.random.default_rng(np.random.SeedSequence(path))
    target = _target(split, tasks, clip.task, clip.target, rng)
    rule = getattr(split.params, split.name)
    if isinstance(rule, Grid):
        mixture = _in_condition(split, target, clip, path)
    else:
        mixture = _in_one_condition(split, target, rule, rng)
    if split.places:
        mixture = _placed(split.places, mixture, clip, path)
    return _measured(replace(mixture, key=key), split)


def _placed(places: Places, mixture: Mixture, clip: Clip, path: list[int]) -> Mixture:
    """Return a mixture in a room. In a grid, all conditions of a target have its place in common."""
    rng = np.random.default_rng(np.random.SeedSequence([*path, PLACED]))
    direction, room, place = places.target(clip.target, rng)
    found: tuple[int, ...] = ()
    if mixture.background != CLEAN:
        number = 1 + list(BACKGROUNDS).index(mixture.background)
        rng = np.random.default_rng(np.random.SeedSequence([*path, PLACED, number]))
        noisy = BACKGROUNDS[mixture.background].shaped
        found = places.others(room, place, places.diffuse if noisy else len(mixture.background_files), rng)
    labels = {task: direction if TASKS[task].placed else label for task, label in mixture.labels.items()}
    return replace(mixture, room=room, place=place, background_places=found, labels=labels)


def _in_condition(split: CorpusSplit, target: Mixture, clip: Clip, path: list[int]) -> Mixture:
    """Return `target` in the background and at the SNR of a clip of a grid."""
    if clip.background == CLEAN:
        return target
    seed = np.random.SeedSequence([*path, 1 + list(BACKGROUNDS).index(clip.background)])
    masked = _masked(split, target, clip.background, np.random.default_rng(seed))
    return replace(masked, snr_db=clip.snr_db)


def _in_one_condition(split: CorpusSplit, target: Mixture, rule: Draw, rng: np.random.Generator) -> Mixture:
    """Return `target` clean, or in one background at one SNR."""
    if rng.random() < rule.clean:
        return target
    names = rule.backgrounds or split.params.backgrounds
    name = names[rng.integers(len(names))]
    snrs = rule.snr_db
    snr_db = rng.uniform(snrs.low, snrs.high) if isinstance(snrs, Range) else rng.choice(snrs)
    return replace(_masked(split, target, name, rng), snr_db=round(float(snr_db), 3))


def _measured(mixture: Mixture, split: CorpusSplit) -> dict[str, Any]:
    reached = parts(mixture, split.corpus, split.sound, split.places and split.places.folder)
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
    labels = {each: TASKS[each].null for each in TASKS if each in tasks}
    if not task.placed:
        labels[name] = label
    return Mixture(
        key="", split=split.name, task=name, source=source_name(task.table, row), target_file=row["file"],
        target_start_s=start,
        labels=labels,
        word_start_s=round(row["start_s"] - start, 4) if task.centered else math.nan,
        word_end_s=round(row["end_s"] - start, 4) if task.centered else math.nan,
        background=CLEAN, background_files=(), background_sources=(), background_starts_s=(), shape_files=(),
        noise_seed=0, snr_db=math.nan, level_db=round(float(rng.uniform(level.low, level.high)), 3),
        **context,
    )  # fmt: skip


def _audible(
    split: CorpusSplit, task: str, label: str, rows: Rows, rng: np.random.Generator
) -> tuple[Row, float]:
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
    pieces = split.params.pieces.get(name, background.pieces)
    labels = getattr(split.params, split.name).labels.get(name, ())
    rows, starts, avoid = [], [], {target.source}
    while len(rows) < pieces:
        for row in split.pick(background.table, rng, avoid, pieces - len(rows), labels):
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
