"""Corpus tables -> the mixtures table: who is heard, from where, in what background, at which SNR."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.audio import Sound, cut, db, memory_map, rms
from pipeline.corpus.tables import SPLITS, UNIT
from pipeline.mixtures.backgrounds import BACKGROUNDS
from pipeline.mixtures.mix import parts
from pipeline.mixtures.row import CLEAN, Mixture
from pipeline.parallel import parallel_map
from pipeline.params import Count, Share, section
from pipeline.tasks import TASKS

SHAPE_FILES = 10  # of the target's source, at most, that give noise its spectrum
TRIES = 40  # cuts that may be near-silent before the draw gives up


@section
class Range:
    """Uniform from `low` to `high`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, above high, {self.high}")


@section
class Draw:
    """Clips of a split of which every one is drawn anew; params `mixtures.train`, `mixtures.validation`."""

    clips: dict[str, Count]  # task -> how many
    snr_db: Range | tuple[float, ...]
    clean: Share  # without background


@section
class Grid:
    """The same targets in every background at every SNR, and clean; params `mixtures.test`."""

    targets: dict[str, Count]  # task -> how many
    snr_db: tuple[float, ...]


@section
class MixtureParams:
    """Params section `mixtures`."""

    seed: int
    backgrounds: tuple[Literal[tuple(BACKGROUNDS)], ...]
    midpoint: Range  # where in the word the middle of the clip may fall: 0 its start, 1 its end
    level_db: Range  # rms of the mixture, dB re full scale
    silence_db: float  # rms, dB re full scale: a quieter cut is not used
    train: Draw
    validation: Draw
    test: Grid


class MixtureError(ValueError):
    """A corpus from which the mixtures cannot be made; says what is missing."""


@dataclass(frozen=True)
class CorpusSplit:
    """One split of a corpus, and the rules by which it is cut."""

    corpus: Path
    tables: dict[str, list[dict[str, Any]]]  # rows
    params: MixtureParams
    sound: Sound

    def pick(self, table: str, rng: np.random.Generator, avoid: set[str], count: int) -> list[dict[str, Any]]:
        """Draw rows of `count` speakers, artists or sources, none of them twice or in `avoid`."""
        unit = UNIT[table]
        units = sorted({row[unit] for row in self.tables[table] if _name(table, row) not in avoid})
        if len(units) < count:
            raise MixtureError(
                f"{table}: {count} {unit}s are wanted as a background and {len(units)} are there beside the target's. "
                f"Add recordings, or leave that kind out of mixtures.backgrounds."
            )
        chosen = [units[i] for i in rng.choice(len(units), count, replace=False)]
        rows = [[row for row in self.tables[table] if row[unit] == name] for name in chosen]
        return [options[rng.integers(len(options))] for options in rows]

    def audible_cut(self, row: dict[str, Any], rng: np.random.Generator) -> float | None:
        """Draw a place in a row that is not near-silent; return its start in s, or None where none is found."""
        last = max(row["start_s"], row["end_s"] - self.sound.clip_s)
        for _ in range(TRIES):
            start = round(float(rng.uniform(row["start_s"], last)), 4)
            if (
                db(rms(cut(self.corpus / row["file"], start, self.sound.samples, repeat=True)))
                > self.params.silence_db
            ):
                return start
        return None


def draw_mixtures(
    tables: Mapping[str, pd.DataFrame],
    corpus: Path,
    tasks: tuple[str, ...],
    params: MixtureParams,
    sound: Sound,
) -> pd.DataFrame:
    """Return the mixtures table, one row a clip, each split in random order, with the SNR and level reached.

    tables : of the corpus, with `split`
    raises : MixtureError where a split lacks talkers, or every cut of a source is near-silent
    """
    unknown = sorted(set(tasks) - set(TASKS))
    if unknown:
        raise MixtureError(f"tasks: {unknown[0]!r} has no table of targets; known are {', '.join(TASKS)}.")
    sources = {
        split: CorpusSplit(
            corpus,
            {
                name: _usable(name, frame[frame["split"] == split], corpus, sound)
                for name, frame in tables.items()
            },
            params,
            sound,
        )
        for split in SPLITS
    }
    plan = [
        (split, task, index)
        for split in SPLITS
        for task in tasks
        for index in range(_count(params, split, tasks)[task])
    ]
    drawn = [row for rows in parallel_map(partial(_draw, sources, tasks), plan, "mixtures") for row in rows]
    frame = pd.concat(
        [_in_random_order([row for row in drawn if row["split"] == split], params.seed) for split in SPLITS],
        ignore_index=True,
    )
    check(frame)
    return frame


def check(frame: pd.DataFrame) -> None:
    """Raise MixtureError where a clip is masked by its own source, or a source is heard in two splits."""
    for own, masks in (("source", "background_sources"), ("target_file", "background_files")):
        for key, one, others in zip(frame["key"], frame[own], frame[masks], strict=True):
            if one in others:
                raise MixtureError(f"mixture {key}: {one!r} masks itself.")
    masks = (
        frame[["split", "background_sources"]]
        .explode("background_sources")
        .dropna()
        .set_axis(["split", "source"], axis=1)
    )
    splits = (
        pd.concat([frame[["split", "source"]], masks]).drop_duplicates().groupby("source")["split"].agg(list)
    )
    torn = splits[splits.map(len) > 1]
    if len(torn):
        raise MixtureError(f"source {torn.index[0]!r} is heard in {' and '.join(torn.iloc[0])}.")


def _usable(name: str, frame: pd.DataFrame, corpus: Path, sound: Sound) -> list[dict[str, Any]]:
    """Return the rows from which clips can be cut: stretches shorter than a clip only where they are the whole file."""
    rows = frame.to_dict("records")
    if name == "words":
        return rows
    short = [row["end_s"] - row["start_s"] < sound.clip_s for row in rows]
    whole = [
        len(memory_map(corpus / row["file"])[0]) / sound.sample_rate <= row["end_s"] - row["start_s"] + 0.05
        for row in rows
    ]
    return [
        row for row, is_short, is_whole in zip(rows, short, whole, strict=True) if is_whole or not is_short
    ]


def _name(table: str, row: dict[str, Any]) -> str:
    """Return who or what a row is heard from, as in "speaker m3": the same person in words and talkers."""
    return f"{UNIT[table]} {row[UNIT[table]]}"


def _count(params: MixtureParams, split: str, tasks: tuple[str, ...]) -> dict[str, int]:
    section = getattr(params, split)
    counts = section.targets if isinstance(section, Grid) else section.clips
    if set(counts) != set(tasks):
        raise MixtureError(
            f"mixtures.{split}: counts are given for {sorted(counts)}; tasks are {sorted(tasks)}."
        )
    return counts


def _in_random_order(rows: list[dict[str, Any]], seed: int) -> pd.DataFrame:
    split = rows[0]["split"]
    order = np.random.default_rng(np.random.SeedSequence([seed, SPLITS.index(split)])).permutation(len(rows))
    return pd.DataFrame([rows[i] | {"key": f"{split}-{place:07d}"} for place, i in enumerate(order)])


def _draw(
    sources: dict[str, CorpusSplit], tasks: tuple[str, ...], item: tuple[str, str, int]
) -> list[dict[str, Any]]:
    """Draw the clips of one target: one, or in a grid one a background and SNR; each is a row of the table."""
    split, task, index = item
    source = sources[split]
    path = [source.params.seed, SPLITS.index(split), list(TASKS).index(task), index]
    rng = np.random.default_rng(np.random.SeedSequence(path))
    target = _target(source, split, tasks, task, index, rng)
    rule = getattr(source.params, split)
    if isinstance(rule, Grid):
        mixtures = [target] + [
            replace(masked, snr_db=snr)
            for kind in source.params.backgrounds
            for masked in [
                _masked(
                    source,
                    target,
                    kind,
                    np.random.default_rng(np.random.SeedSequence([*path, 1 + list(BACKGROUNDS).index(kind)])),
                )
            ]
            for snr in rule.snr_db
        ]
    elif rng.random() < rule.clean:
        mixtures = [target]
    else:
        kind = source.params.backgrounds[rng.integers(len(source.params.backgrounds))]
        snr = (
            rng.uniform(rule.snr_db.low, rule.snr_db.high)
            if isinstance(rule.snr_db, Range)
            else rng.choice(rule.snr_db)
        )
        mixtures = [replace(_masked(source, target, kind, rng), snr_db=round(float(snr), 3))]
    return [_measured(mixture, source) for mixture in mixtures]


def _measured(mixture: Mixture, source: CorpusSplit) -> dict[str, Any]:
    reached = parts(mixture, source.corpus, source.sound)
    return mixture.record() | {
        "achieved_snr_db": round(reached.snr_db, 6),
        "achieved_level_db": round(reached.level_db, 6),
    }


def _target(
    source: CorpusSplit, split: str, tasks: tuple[str, ...], task: str, index: int, rng: np.random.Generator
) -> Mixture:
    name = TASKS[task].table
    labels = sorted({row[TASKS[task].label] for row in source.tables[name]})
    label = labels[index % len(labels)]  # every label equally often
    options = [row for row in source.tables[name] if row[TASKS[task].label] == label]
    for _ in range(TRIES):
        row = options[rng.integers(len(options))]
        start = _around_word(row, source, rng) if TASKS[task].centered else source.audible_cut(row, rng)
        if start is not None:
            break
    else:
        raise MixtureError(
            f"{name}: every cut of {label!r} tried in {split} is below mixtures.silence_db ({source.params.silence_db} dB)."
        )
    level = source.params.level_db
    return Mixture(
        key="", split=split, task=task, source=_name(name, row), target_file=row["file"], target_start_s=start,
        labels={each: label if each == task else TASKS[each].null for each in tasks},
        word_start_s=round(row["start_s"] - start, 4) if TASKS[task].centered else math.nan,
        word_end_s=round(row["end_s"] - start, 4) if TASKS[task].centered else math.nan,
        background=CLEAN, background_files=(), background_sources=(), background_starts_s=(), shape_files=(),
        noise_seed=0, snr_db=math.nan, level_db=round(float(rng.uniform(level.low, level.high)), 3),
    )  # fmt: skip


def _around_word(row: dict[str, Any], source: CorpusSplit, rng: np.random.Generator) -> float | None:
    midpoint = source.params.midpoint
    place = rng.uniform(midpoint.low, midpoint.high)
    start = round(row["start_s"] + place * (row["end_s"] - row["start_s"]) - source.sound.clip_s / 2, 4)
    loud = db(rms(cut(source.corpus / row["file"], start, source.sound.samples))) > source.params.silence_db
    return start if loud else None


def _masked(source: CorpusSplit, target: Mixture, kind: str, rng: np.random.Generator) -> Mixture:
    """Return `target` with the pieces of a background of `kind`, none of them its own source's."""
    name, count = BACKGROUNDS[kind].table, BACKGROUNDS[kind].pieces
    rows, starts, avoid = [], [], {target.source}
    while len(rows) < count:
        for row in source.pick(name, rng, avoid, count - len(rows)):
            start = source.audible_cut(row, rng)
            avoid.add(_name(name, row))
            if start is not None:
                rows.append(row)
                starts.append(start)
    own = TASKS[target.task].table if BACKGROUNDS[kind].shaped else None
    same = {row["file"] for row in source.tables[own] if _name(own, row) == target.source} if own else set()
    return replace(
        target,
        background=kind,
        background_files=tuple(row["file"] for row in rows),
        background_sources=tuple(_name(name, row) for row in rows),
        background_starts_s=tuple(starts),
        shape_files=tuple(sorted(rng.permutation(sorted(same))[:SHAPE_FILES].tolist())),
        noise_seed=int(rng.integers(2**31)),
    )
