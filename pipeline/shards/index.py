"""The index of shards: written with them, checked before they are read."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pipeline.audio import Sound

INDEX = "index.json"
VERSION = 1  # of the index
REMAKE = "Make it again: dvc repro -f shards."


class ShardError(RuntimeError):
    """A shard or index that is missing or damaged; the message names the file and the remedy."""


def read_index(folder: str | Path) -> dict[str, Any]:
    """Read index.json and check that it is complete and consistent.

    raises : ShardError if it is not
    """
    path = Path(folder) / INDEX
    if not path.is_file():
        raise ShardError(f"{path} is missing. Make the shards: dvc repro shards.")
    try:
        index = json.loads(path.read_text())
        if index["version"] != VERSION:
            raise ShardError(f"{path} has version {index['version']}; this code reads {VERSION}. {REMAKE}")
        Sound(**index["sound"])
        for split in index["splits"].values():
            _check_split(path, index["labels"], split)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ShardError(f"{path} is not an index of shards ({error!r}). {REMAKE}") from None
    return index


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_split(path: Path, labels: dict[str, list[str]], split: dict[str, Any]) -> None:
    for entry in split["shards"]:
        _check_entry(path, labels, entry)
    clips = sum(entry["clips"] for entry in split["shards"])
    if clips != split["clips"]:
        raise ShardError(f"{path}: the shards have {clips} clips in all, not {split['clips']}. {REMAKE}")


def _check_entry(path: Path, labels: dict[str, list[str]], entry: dict[str, Any]) -> None:
    shard, clips = f"{path}: {entry['file']}", entry["clips"]
    lists = [entry["keys"], entry["wav"], entry["json"], *(entry["targets"][task] for task in labels)]
    lengths = sorted({len(each) for each in lists})
    if lengths != [clips]:
        lengths_text = " and ".join(map(str, lengths))
        raise ShardError(f"{shard} has {clips} clips, but its lists have {lengths_text} entries. {REMAKE}")
    for task, names in labels.items():
        if max(entry["targets"][task]) >= len(names):
            raise ShardError(f"{shard} has a {task} class beyond its {len(names)} labels. {REMAKE}")
