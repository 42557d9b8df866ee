"""Render the mixtures table into WebDataset tars, and write their index."""

import json
import tarfile
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import soundfile

from pipeline import work
from pipeline.audio import HEADER, Sound
from pipeline.mixtures.mix import render
from pipeline.mixtures.row import Mixture
from pipeline.parallel import parallel_map
from pipeline.params import Count, section
from pipeline.shards.index import INDEX, VERSION, ShardError, digest_of, sha256_of
from pipeline.tables import without_nan

BLOCK = 512  # bytes, of a header in a tar; contents are filled up to a multiple of it
ROW_BYTES = 1024  # of a row as json, about


@section
class ShardParams:
    """Params section `shards`."""

    clips: Count  # in a shard, at most


@dataclass(frozen=True)
class Job:
    """One shard to write: a slice of the mixtures table."""

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
    """Render every row of the mixtures table into tars in `folder`; write and return their index.

    Shards that an interrupted run left in `folder` are not made again.

    record : params to store in the index, for reference
    """
    jobs = [
        Job(f"{split}/{number:05d}.tar", rows.iloc[start : start + params.clips].to_dict("records"))
        for split, rows in frame.groupby("split", sort=False)
        for number, start in enumerate(range(0, len(rows), params.clips))
    ]
    entries = parallel_map(partial(write_shard, corpus=corpus, folder=folder, sound=sound), jobs, "shards")
    labels = {task: sorted(set(frame[task])) for task in tasks}
    index = {
        "version": VERSION,
        "sound": asdict(sound),
        "labels": labels,
        "splits": _splits(jobs, entries, labels),
        "params": record,
    }
    index = {"version": VERSION, "digest": digest_of(index)} | index
    with work.replacing(folder / INDEX, "w") as file:
        json.dump(index, file)
    return index


def listed(index: dict[str, Any]) -> list[str]:
    """Return the files of the shards, relative to their folder, with the index."""
    return [INDEX, *(shard["file"] for split in index["splits"].values() for shard in split["shards"])]


def missing_bytes(clips: int, sound: Sound, folder: Path) -> int:
    """Return about how many bytes the tars of all clips have, less those that `folder` has already."""
    contents = HEADER + 2 * sound.samples, ROW_BYTES
    members = sum(BLOCK + -(-size // BLOCK) * BLOCK for size in contents)
    return max(0, clips * members - sum(path.stat().st_size for path in folder.rglob("*.tar")))


def _splits(jobs: list[Job], entries: list[dict[str, Any]], labels: dict[str, list[str]]) -> dict[str, Any]:
    """Return the entries of the shards by split, with the class of each clip for each task."""
    splits: dict[str, list[dict[str, Any]]] = {}
    for job, entry in zip(jobs, entries, strict=True):
        targets = {task: [names.index(row[task]) for row in job.rows] for task, names in labels.items()}
        splits.setdefault(job.file.split("/")[0], []).append(entry | {"targets": targets})
    return {
        split: {"clips": sum(entry["clips"] for entry in shards), "shards": shards}
        for split, shards in splits.items()
    }


def portable(record: dict[str, Any]) -> dict[str, Any]:
    """Return params with only the name of `corpus.folder`: the index must not depend on where it lies."""
    corpus = record["corpus"]
    return record | {"corpus": corpus | {"folder": Path(corpus["folder"]).name}}


def write_shard(job: Job, corpus: Path, folder: Path, sound: Sound) -> dict[str, Any]:
    """Write one shard, unless it exists; return its entry in the index.

    The bytes depend on the rows alone: all members have the same time and owner.
    """
    from webdataset import TarWriter  # imports torch, which readers of the index do not need

    path = folder / job.file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with work.replacing(path) as file, TarWriter(file, mtime=0, user="heschl", group="heschl") as tar:
            for row in job.rows:
                tar.write(
                    {"__key__": row["key"], "wav": _wav(Mixture.of(row), corpus, sound), "json": _json(row)}
                )
    return _entry(path, job)


def _wav(mixture: Mixture, corpus: Path, sound: Sound) -> bytes:
    buffer = BytesIO()
    soundfile.write(buffer, render(mixture, corpus, sound), sound.sample_rate, subtype="PCM_16", format="WAV")
    return buffer.getvalue()


def _json(row: dict[str, Any]) -> bytes:
    return json.dumps(without_nan(row), sort_keys=True).encode()


def _entry(path: Path, job: Job) -> dict[str, Any]:
    with tarfile.open(path) as tar:
        members = {member.name: member for member in tar}
    keys = [row["key"] for row in job.rows]
    if set(members) != {f"{key}.{kind}" for key in keys for kind in ("wav", "json")}:
        raise ShardError(f"{path} does not contain the clips of its rows. Remove work/shards and rerun.")
    return {
        "file": job.file,
        "clips": len(keys),
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "keys": keys,
        "wav": [members[f"{key}.wav"].offset_data for key in keys],
        "json": [[members[f"{key}.json"].offset_data, members[f"{key}.json"].size] for key in keys],
    }
