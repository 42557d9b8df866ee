"""Params -> a corpus folder: four tables, their audio, where they come from, what was left out."""

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import soundfile

from pipeline.audio import Sound
from pipeline.corpus import recordings, synthetic
from pipeline.corpus.tables import (
    COLUMNS,
    LABEL,
    SPLITS,
    UNIT,
    CorpusError,
    Split,
    assign_splits,
    keep_common_labels,
    keep_whole_labels,
)
from pipeline.params import Share, section

PROGRAMS = {"synthetic": ("espeakng-loader", "symusic", "pretty-midi"), "recordings": ("soundfile", "scipy")}
TEXT = {
    "synthetic": "Synthetic: speech spoken by eSpeak NG, music composed by rule and played through the General MIDI soundfont "
    "TimGM6mb, scenes and talkers synthesised. No person or instrument was recorded.",
    "recordings": "Recordings of one's own, from the folder {folder}.",
}


@section
class CorpusParams:
    """Params section `corpus`."""

    source: Literal["synthetic", "recordings"]
    folder: str  # of recordings, relative to the project
    seed: int
    split: Split  # shares of the speakers, artists and sources
    min_sources: int  # a word or genre that fewer speakers or artists have is left out
    bad_file_budget: Share  # share of the files that may be unusable before the run stops
    synthetic: synthetic.SyntheticParams


def make(params: CorpusParams, out: Path, sound: Sound) -> dict[str, Any]:
    """Make the corpus in `out`; return its provenance, which is in provenance.json too.

    Tables are <name>.parquet with columns of `tables.COLUMNS` and `split`; files are mono 16-bit wav.
    raises : CorpusError where recordings or tables cannot be used
    """
    out.mkdir(parents=True, exist_ok=True)
    quarantine = pd.DataFrame(columns=["table", "row", "file", "reason"])
    if params.source == "synthetic":
        tables = synthetic.synthesise(params.synthetic, params.seed, out, sound.sample_rate)
    else:
        listed = recordings.read_tables(params.folder)
        tables, quarantine = recordings.convert(
            params.folder, listed, out / "audio", sound.sample_rate, params.bad_file_budget
        )
    left_out = {}
    for name in ("words", "music"):
        tables[name], left_out[name] = keep_common_labels(tables[name], name, params.min_sources)
        if tables[name].empty:
            raise CorpusError(
                f"{name}: no {LABEL[name]} has {params.min_sources} {UNIT[name]}s (corpus.min_sources). Add recordings."
            )
    tables = assign_splits(tables, params.split, params.seed)
    for name in left_out:
        tables[name], absent = keep_whole_labels(tables[name], name)
        left_out[name] += absent
        if tables[name].empty:
            raise CorpusError(
                f"{name}: no {LABEL[name]} is in every split. Add {UNIT[name]}s who say or play the same."
            )
    for name, table in tables.items():
        table[[*COLUMNS[name], "split"]].to_parquet(out / f"{name}.parquet", index=False)
    quarantine.to_csv(out / "quarantine.csv", index=False)
    provenance = {
        "source": params.source,
        "text": TEXT[params.source].format(folder=params.folder),
        "tables": {name: _summary(name, table, out) for name, table in tables.items()},
        "left_out": left_out,
        "quarantined": len(quarantine),
        "versions": {program: metadata.version(program) for program in PROGRAMS[params.source]},
    }
    (out / "provenance.json").write_text(json.dumps(provenance, indent=1))
    return provenance


def _sha256(folder: Path, files: list[str]) -> str:
    """Return one digest of the files: work on shards is kept only while it is the same."""
    digest = hashlib.sha256()
    for file in files:
        digest.update((folder / file).read_bytes())
    return digest.hexdigest()


def _summary(name: str, table: pd.DataFrame, folder: Path) -> dict[str, Any]:
    files = sorted(set(table["file"]))
    units = table.groupby("split")[UNIT[name]].nunique()
    return {
        "rows": len(table),
        "files": len(files),
        "hours": round(sum(soundfile.info(folder / file).duration for file in files) / 3600, 4),
        "labels": sorted(set(table[LABEL[name]])) if LABEL[name] else [],
        "units": {split: int(units[split]) for split in SPLITS},
        "audio_sha256": _sha256(folder, files),
    }
