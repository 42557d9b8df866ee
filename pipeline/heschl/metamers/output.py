"""The files of metamers.

OUT/natural/word-01.wav   the natural sounds, as the network hears them
    natural.csv           which test clips they are
    conv1/word-01.wav     what a layer cannot tell from them
    metamers.csv          how alike they are, a metamer a row
    null.csv              how alike pairs of other sounds are, for each layer
    metamers.json         of which network, with which params
    listeners.csv         what listeners recognized, if there are any
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import audio, tables, tracking
from heschl.activations.names import metric_name
from heschl.metamers.columns import ABOUT, FOLDER, LISTENERS, METAMERS, NATURAL, NULL, SOUND, SOUNDS
from heschl.metamers.make import Made
from heschl.metamers.sounds import Natural


def clear(out: Path) -> None:
    """Remove what an earlier run wrote, so that nothing of another network stays beside what comes."""
    names = (METAMERS, NULL, ABOUT, SOUNDS, LISTENERS)
    for path in (*(out / name for name in names), *out.glob("*/*-[0-9][0-9].wav")):
        path.unlink(missing_ok=True)


def write_natural(out: Path, sounds: Sequence[Natural], sample_rate: int) -> None:
    """Write the natural sounds and their table."""
    for sound in sounds:
        audio.write(out / NATURAL / f"{sound.name}.wav", sound.waveform.cpu().numpy(), sample_rate)
    rows = [dict(sound.record) | {"sound": sound.name, "label": sound.label} for sound in sounds]
    tables.write_csv(out / SOUNDS, pd.DataFrame(rows).reindex(columns=list(SOUND)))


def write_sounds(out: Path, made: Made, sample_rate: int) -> None:
    """Write the metamers of a layer."""
    for sound, waveform in zip(made.sounds, made.waveform.cpu().numpy(), strict=True):
        audio.write(out / made.layer / f"{sound.name}.wav", waveform, sample_rate)


def write_tables(out: Path, every: Sequence[Made], about: Mapping[str, Any]) -> list[Path]:
    """Write the tables of all layers; return their paths."""
    return [
        tables.write_csv(out / METAMERS, pd.concat([made.table for made in every], ignore_index=True)),
        tables.write_csv(out / NULL, pd.concat([made.null for made in every], ignore_index=True)),
        tables.write_json(out / ABOUT, about),
    ]


def headlines(every: Sequence[Made]) -> dict[str, float]:
    """Return the figures for the MLflow run."""
    found: dict[str, float] = {}
    for made in every:
        for name in ("accepted", "spearman", "cochleagram_snr_db"):
            found[metric_name(f"metamers.{made.layer}_{name}")] = made.table[name].mean()
    return found


def log(run_id: str, every: Sequence[Made], files: Sequence[Path]) -> None:
    """Add figures and tables to the run of the network's training, if its store has it."""
    if tracking.log_metrics(run_id, headlines(every)):
        tracking.log_artifacts(run_id, FOLDER, *files)


def line(made: Made) -> str:
    """Return what was found for a layer, in a line."""
    table, null = made.table, made.null.set_index("measure")["high"]
    return (
        f"{made.layer}: {table.accepted.sum()} of {len(table)} accepted, {table.same.sum()} of the same "
        f"class; Spearman's r {table.spearman.median():.3f} (of other sounds at most {null.spearman:.3f}), "
        f"cochleagrams {table.cochleagram_snr_db.median():.0f} dB"
    )


def log_listeners(run_id: str, table: pd.DataFrame, path: Path) -> None:
    """Add what listeners recognized to the run of the network's training, if its store has it."""
    counted = table[table["trials"] > 0]
    shares = {
        metric_name(f"metamers.{row.layer}_{row.task}_recognized"): row.recognized
        for row in counted.itertuples()
    }
    if tracking.log_metrics(run_id, shares):
        tracking.log_artifacts(run_id, FOLDER, path)


def recognized_lines(folder: Path, table: pd.DataFrame) -> list[str]:
    """Return what listeners recognized of a network's metamers, in a line for each task."""
    found = []
    for task, rows in table.groupby("task", sort=False):
        each = ", ".join(
            f"{row.layer} {row.recognized:.0%} ({row.recognized_low:.0%}-{row.recognized_high:.0%})"
            if row.trials
            else f"{row.layer} none accepted"
            for row in rows.itertuples()
        )
        left = rows["left_out"].sum()
        left_out = f"; {left} trials of sounds that are no metamers are left out" if left else ""
        found.append(f"{folder}, {task}, {rows['listeners'].max()} listeners: {each}{left_out}")
    return found


def published_lines(people: pd.DataFrame) -> list[str]:
    """Return what is published, in a line for each network; people : `results.published`."""
    return [
        f"published, {trained} training, words: "
        + ", ".join(f"{row.layer} {row.people:.0%}" for row in rows.itertuples())
        for trained, rows in people.groupby("trained", sort=False)
    ]
