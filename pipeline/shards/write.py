"""Render the mixtures table into WebDataset tars and their index."""

import json
import math
import os
import tarfile
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile

from pipeline.audio import Sound
from pipeline.mixtures.mix import render
from pipeline.mixtures.row import Mixture
from pipeline.parallel import parallel_map
from pipeline.params import Count, section
from pipeline.shards.read import INDEX, VERSION, ShardError, sha256_of


@section
class ShardParams:
    """Params section `shards`."""

    clips: Count  # in a shard


@dataclass(frozen=True)
class Job:
    """One shard to be written: a slice of the mixtures table."""

    file: str  # relative to the folder of the shards
    rows: list[dict[str, Any]]


def write_shards(
    frame: pd.DataFrame,
    corpus: Path,
    folder: Path,
    tasks: tuple[str, ...],
    sound: Sound,
    params: ShardParams,
    record: dict[str, Any],
) -> dict[str, Any]:
    """Render every row of the mixtures table into tars of `folder` and write its index; return the index.

    Shards that are already in `folder`, from a run that was stopped, are kept.
    record : of the params that made them, stored in the index
    """
    jobs = [
        Job(f"{split}/{number:05d}.tar", rows.iloc[start : start + params.clips].to_dict("records"))
        for split, rows in frame.groupby("split", sort=False)
        for number, start in enumerate(range(0, len(rows), params.clips))
    ]
    entries = parallel_map(partial(write_shard, corpus=corpus, folder=folder, sound=sound), jobs, "shards")
    splits: dict[str, list[dict[str, Any]]] = {}
    labels = {task: sorted(set(frame[task])) for task in tasks}
    for job, entry in zip(jobs, entries, strict=True):
        entry["targets"] = {
            task: [names.index(row[task]) for row in job.rows] for task, names in labels.items()
        }
        splits.setdefault(entry["file"].split("/")[0], []).append(entry)
    index = {
        "version": VERSION,
        "sound": asdict(sound),
        "labels": labels,
        "splits": {
            split: {"clips": sum(e["clips"] for e in shards), "shards": shards}
            for split, shards in splits.items()
        },
        "params": record,
    }
    _replace(folder / INDEX, json.dumps(index).encode())
    return index


def write_shard(job: Job, corpus: Path, folder: Path, sound: Sound) -> dict[str, Any]:
    """Write one shard, unless it is there; return its entry in the index.

    The bytes depend on the rows alone: members have no time, owner or order of their own.
    """
    from webdataset import TarWriter  # here: it imports torch, which readers of the index do without

    path = folder / job.file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with open(part, "wb") as file, TarWriter(file, mtime=0, user="heschl", group="heschl") as tar:
            for row in job.rows:
                tar.write(
                    {"__key__": row["key"], "wav": _wav(Mixture.of(row), corpus, sound), "json": _json(row)}
                )
        os.replace(part, path)
    return _entry(path, job)


def _wav(mixture: Mixture, corpus: Path, sound: Sound) -> bytes:
    buffer = BytesIO()
    soundfile.write(buffer, render(mixture, corpus, sound), sound.sample_rate, subtype="PCM_16", format="WAV")
    return buffer.getvalue()


def _json(row: dict[str, Any]) -> bytes:
    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray | tuple | list):
            return [plain(item) for item in value]
        value = value.item() if isinstance(value, np.generic) else value
        return None if isinstance(value, float) and math.isnan(value) else value

    return json.dumps({name: plain(value) for name, value in row.items()}, sort_keys=True).encode()


def _entry(path: Path, job: Job) -> dict[str, Any]:
    with tarfile.open(path) as tar:
        members = {member.name: member for member in tar}
    keys = [row["key"] for row in job.rows]
    if set(members) != {f"{key}.{kind}" for key in keys for kind in ("wav", "json")}:
        raise ShardError(f"{path} does not hold the clips of its rows: remove work/shards and rerun.")
    return {
        "file": job.file,
        "clips": len(keys),
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "keys": keys,
        "wav": [members[f"{key}.wav"].offset_data for key in keys],
        "json": [[members[f"{key}.json"].offset_data, members[f"{key}.json"].size] for key in keys],
    }


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
