"""Render the mixtures table into WebDataset tars, on the local disk or in a bucket, and write their index."""

import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from heschl import work
from heschl.audio import Sound
from heschl.memory import keep_memory
from heschl.mixtures.mix import render, separate
from heschl.mixtures.row import Mixture
from heschl.mixtures.table import MixturesTable
from heschl.parallel import parallel_map, workers
from heschl.params import Count, section
from heschl.shards.bucket import MOVED, STORE, URL, entry_of, move, moved_entry, rows_of, write_contents
from heschl.shards.index import INDEX, VERSION, ShardError, digest_of, sha256_of, wav_bytes
from heschl.shards.lists import Saved, pieces
from heschl.shards.store import Store
from heschl.shards.verify import wav_header
from heschl.tables import without_nan

BLOCK = 512  # bytes, of a header in a tar; contents are filled up to a multiple of it
ROW_BYTES = 1024  # of a row as json, about
OPTIONAL = ("vocabulary", "public")  # values of the corpus that may be empty
OWNER = {"mtime": 0, "user": "heschl", "group": "heschl"}  # of all members
REMIXED = "train"  # split that shards.remix concerns


@section
class ShardParams:
    """Params section `shards`."""

    clips: Count  # in a shard, at most
    remix: bool  # training clips: target and background apart, which training mixes anew in every epoch
    store: URL | None  # folder of a bucket for the tars; None: beside their index


@dataclass(frozen=True)
class Job:
    """One shard to write: rows `start` to `stop` of the mixtures table."""

    file: str  # relative to the folder of the shards
    start: int
    stop: int
    parts: int = 1


def write_shards(
    table: MixturesTable,
    corpus: Path,
    folder: Path,
    tasks: tuple[str, ...],
    sound: Sound,
    params: ShardParams,
    record: dict[str, Any],
    rooms: Path | None = None,
    store: Store | None = None,
) -> dict[str, Any]:
    """Render every row of the mixtures table into tars in `folder`, and write their index.

    Shards that an interrupted run left in `folder` are not made again.

    record  : params to store in the index, for reference
    rooms   : folder of impulse responses, for clips with two channels
    store   : for the tars; `folder` then has their rows, and store.json
    returns : the `Index`, plain, without the lists of its shards
    """
    jobs = _jobs(table.counts("split"), params)
    labels = {task: sorted(table.counts(task)) for task in tasks}
    write = partial(
        write_shard,
        table=table, labels=labels, corpus=corpus, folder=folder, sound=sound, rooms=rooms, store=store,
    )  # fmt: skip
    entries = parallel_map(write, jobs, "shards")
    if store:
        write_contents(folder, store, entries)
    index = {
        "version": VERSION,
        "sound": sound.record(),
        "labels": labels,
        "splits": _splits(jobs, entries, [Saved(folder / entry_of(job.file)) for job in jobs]),
        "params": record,
    }
    index = {"version": VERSION, "digest": digest_of(index)} | index
    with work.replacing(folder / INDEX, "w") as file:
        file.writelines(pieces(index, sort_keys=False))
    if store is None:
        for job in jobs:
            (folder / entry_of(job.file)).unlink()
    return index | {"splits": _splits(jobs, entries, entries)}


def _jobs(splits: Mapping[str, int], params: ShardParams) -> list[Job]:
    """Return the shards of a table with these numbers of rows, one split after the other."""
    jobs, first = [], 0
    for split, count in splits.items():
        for number, start in enumerate(range(first, first + count, params.clips)):
            stop = min(start + params.clips, first + count)
            jobs.append(Job(f"{split}/{number:05d}.tar", start, stop, _parts(split, params)))
        first += count
    return jobs


def store_of(params: ShardParams, digest: str) -> Store | None:
    """Return the folder of `shards.store` for the data set of a digest, or None if it has no store."""
    return Store(f"{params.store.rstrip('/')}/{digest}") if params.store else None


def summary(index: dict[str, Any], store: Store | None) -> str:
    """Return the number of clips and shards, their size, and where they are if not in the folder."""
    tars = [shard for split in index["splits"].values() for shard in split["shards"]]
    clips, size = sum(tar["clips"] for tar in tars), sum(tar["bytes"] for tar in tars) / 1e9
    return f"{clips} clips in {len(tars)} shards, {size:.2f} GB{f' in {store.url}' if store else ''}"


def listed(index: dict[str, Any], stored: bool = False) -> list[str]:
    """Return the files of the shards, relative to their folder, with the index.

    stored : whether the tars are in a bucket
    """
    tars = [shard["file"] for split in index["splits"].values() for shard in split["shards"]]
    return [INDEX, STORE, *map(rows_of, tars)] if stored else [INDEX, *tars]


def _parts(split: str, params: ShardParams) -> int:
    return 2 if params.remix and split == REMIXED else 1


def missing_bytes(clips: Mapping[str, int], params: ShardParams, sound: Sound, folder: Path) -> int:
    """Return about how many bytes the tars of all clips have, less those that `folder` has already.

    If they are moved to a bucket, only those that are being written are counted.

    clips : in each split
    """
    sizes = {split: _member(wav_bytes(sound, _parts(split, params))) + _member(ROW_BYTES) for split in clips}
    if params.store:
        return params.clips * max(sizes.values()) * workers()
    members = sum(count * sizes[split] for split, count in clips.items())
    return max(0, members - sum(path.stat().st_size for path in folder.rglob("*.tar")))


def _member(size: int) -> int:
    """Return the bytes that a file of `size` bytes takes in a tar."""
    return BLOCK + -(-size // BLOCK) * BLOCK


def _splits(jobs: list[Job], entries: list[dict[str, Any]], shown: Sequence[Any]) -> dict[str, Any]:
    """Return the splits of an index; shown : what stands for each shard."""
    splits: dict[str, dict[str, Any]] = {}
    for job, entry, shard in zip(jobs, entries, shown, strict=True):
        empty = {"clips": 0, "shards": [], "parts": job.parts}
        split = splits.setdefault(job.file.split("/")[0], empty)
        split["clips"] += entry["clips"]
        split["shards"].append(shard)
    return splits


def portable(record: dict[str, Any]) -> dict[str, Any]:
    """Return params with only the name of `corpus.folder`: the index must not depend on where things lie.

    Values of the corpus that are not used are left out, and so is the store.
    """
    corpus = {key: value for key, value in record["corpus"].items() if key not in OPTIONAL or value}
    here = {"corpus": corpus | {"folder": Path(corpus["folder"]).name}}
    if "shards" in record:
        here["shards"] = {key: value for key, value in record["shards"].items() if key != "store"}
    return record | here


def write_shard(
    job: Job,
    table: MixturesTable,
    labels: Mapping[str, list[str]],
    corpus: Path,
    folder: Path,
    sound: Sound,
    rooms: Path | None = None,
    store: Store | None = None,
) -> dict[str, Any]:
    """Write one shard, unless it exists, and beside it its entry in the index.

    The bytes depend on the rows alone: all members have the same time and owner.

    store   : to move the tar to
    returns : the entry without its lists
    """
    path, rows = folder / job.file, table.rows(job.start, job.stop)
    moved = path.with_suffix(MOVED)
    if store and (entry := moved_entry(moved, store)):
        return entry
    keep_memory()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, job, rows, corpus, sound, rooms)
    entry = _entry(path, job, rows, labels)
    with work.replacing(folder / entry_of(job.file), "w") as file:
        json.dump(entry, file)
    short = {name: entry[name] for name in ("file", "clips", "bytes", "sha256")}
    if store:
        texts = [_json(row).decode() for row in rows]
        with work.replacing(folder / rows_of(job.file), "w") as file:
            file.write("".join(f"{text}\n" for text in texts))
        return move(short, path, store, moved)
    return short


def _write(
    path: Path, job: Job, rows: list[dict[str, Any]], corpus: Path, sound: Sound, rooms: Path | None = None
) -> None:
    from webdataset import TarWriter  # imports torch, which readers of the index do not need

    with work.replacing(path) as file, TarWriter(file, encoder=False, **OWNER) as tar:
        for row in rows:
            wav = _wav(Mixture.of(row), corpus, sound, job.parts, rooms)
            tar.write({"__key__": row["key"], "wav": wav, "json": _json(row)})


def _wav(mixture: Mixture, corpus: Path, sound: Sound, parts: int, rooms: Path | None) -> bytes:
    clip = (render if parts == 1 else separate)(mixture, corpus, sound, rooms)
    frames = clip if sound.channels == 1 else clip.swapaxes(-1, -2)  # a wav file has its channels in turn
    return wav_header(sound, parts) + frames.tobytes()


def _json(row: dict[str, Any]) -> bytes:
    return json.dumps(without_nan(row), sort_keys=True).encode()


def _entry(
    path: Path, job: Job, rows: list[dict[str, Any]], labels: Mapping[str, list[str]]
) -> dict[str, Any]:
    keys = [row["key"] for row in rows]
    with tarfile.open(path) as tar:
        members = {member.name: member for member in tar}
    if set(members) != {f"{key}.{kind}" for key in keys for kind in ("wav", "json")}:
        raise ShardError(f"{path} does not contain the clips of its rows. Remove work/shards and rerun.")
    return {
        "file": job.file,
        "clips": len(keys),
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "wav": [members[f"{key}.wav"].offset_data for key in keys],
        "json": [[members[f"{key}.json"].offset_data, members[f"{key}.json"].size] for key in keys],
        "keys": keys,
        "targets": {task: [names.index(row[task]) for row in rows] for task, names in labels.items()},
    }
