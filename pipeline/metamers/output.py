"""The files of metamers.

OUT/natural/word-01.wav   the natural sounds, as the network hears them
    conv1/word-01.wav     what a layer cannot tell from them
    metamers.csv          how alike they are, a metamer a row
    null.csv              how alike pairs of other sounds are, for each layer
    metamers.json         of which network, with which params
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import audio, tables, tracking
from pipeline.activations.names import metric_name
from pipeline.metamers.columns import ABOUT, FOLDER, METAMERS, NATURAL, NULL
from pipeline.metamers.make import Made
from pipeline.metamers.sounds import Natural


def clear(out: Path) -> None:
    """Remove what an earlier run wrote, so that nothing of another network stays beside what comes."""
    for path in (out / METAMERS, out / NULL, out / ABOUT, *out.glob("*/*-[0-9][0-9].wav")):
        path.unlink(missing_ok=True)


def write_natural(out: Path, sounds: Sequence[Natural], sample_rate: int) -> None:
    """Write the natural sounds."""
    for sound in sounds:
        audio.write(out / NATURAL / f"{sound.name}.wav", sound.waveform.cpu().numpy(), sample_rate)


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
