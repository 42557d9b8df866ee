"""Shards whose tars are in an object store: what lies beside their index, and how tars get there.

data/shards/index.json               the same as that of local shards
data/shards/store.json               where the tars are, the version of each, sha256 of its rows
data/shards/train/00000.jsonl        the rows of its clips
s3://bucket/folder/<digest>/train/00000.tar
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from heschl import work
from heschl.params import HIDDEN, section
from heschl.shards.index import REMAKE, ShardError, remedy, sha256_of
from heschl.shards.store import Store, Stored

STORE = "store.json"
MOVED = ".moved"  # ending of the entry of a tar that was moved to the store


def _without_password(url: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+]*://[^@?#\s]+", url):
        raise PydanticCustomError(
            HIDDEN,
            "is not an address such as s3://bucket/folder. It is not shown, as it may hold a password: "
            "credentials belong into the environment, not into params",
        )
    return url


URL = Annotated[str, AfterValidator(_without_password)]


@section
class Tar:
    """What store.json has of a tar."""

    etag: str  # that the store gave it, or nothing
    rows: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # sha256 of <number>.jsonl


@section
class Contents:
    """What store.json holds."""

    url: Annotated[str, Field(pattern=r"^[a-z][a-z0-9+]*://[^@?#\s]+/[0-9a-f]{16}$")]
    tars: dict[str, Tar]  # by the name in the index


def contents(folder: Path) -> Contents | None:
    """Return what store.json of a folder of shards holds, or None if the tars are in the folder.

    raises : ShardError if it is damaged
    """
    path = folder / STORE
    if not path.is_file():
        return None
    try:
        return TypeAdapter(Contents).validate_json(path.read_bytes())
    except ValidationError as error:
        item = error.errors()[0]
        field = ".".join(map(str, item["loc"]))
        raise ShardError(f"{path}: {field}: {item['msg']}. {remedy(folder)}") from None


def rows_of(file: str) -> str:
    """Return the name of the file with the rows of a tar, relative to the index."""
    return file.removesuffix(".tar") + ".jsonl"


def entry_of(file: str) -> str:
    """Return the name of the file with the entry of a tar while the index is not written."""
    return file.removesuffix(".tar") + ".entry"


def move(entry: dict[str, Any], path: Path, store: Store, moved: Path) -> dict[str, Any]:
    """Move a tar to the store; return its entry with the object's version, which is left in `moved`."""
    stored = store.put(path, entry["file"])
    if stored.size != entry["bytes"]:
        raise ShardError(
            f"{store.url}/{entry['file']} has {stored.size} bytes, not {entry['bytes']}. {REMAKE}"
        )
    entry = entry | {"etag": stored.etag}
    with work.replacing(moved, "w") as file:
        json.dump(entry | {"url": store.url}, file)
    path.unlink(missing_ok=True)  # another worker of a cluster may have been given the same shard
    return entry


def moved_entry(moved: Path, store: Store) -> dict[str, Any] | None:
    """Return the entry of a tar that was moved to this store, or None."""
    entry = json.loads(moved.read_bytes()) if moved.exists() else {}
    return entry if entry.pop("url", None) == store.url else None


def write_contents(folder: Path, store: Store, entries: list[dict[str, Any]]) -> None:
    """Write store.json, and take the versions of the tars out of their entries.

    raises : ShardError if the store does not have one of the tars; the next run then writes it again
    """
    found = store.objects()
    bad = [entry for entry in entries if found.get(entry["file"]) != Stored(entry["bytes"], entry["etag"])]
    for entry in bad:
        (folder / entry["file"]).with_suffix(MOVED).unlink()
    if bad:
        raise ShardError(
            f"{store.url}: {len(bad)} shards are missing or were changed after they were written, such as "
            f"{bad[0]['file']}. Run `dvc repro shards` again: it writes them once more."
        )
    tars = {
        entry["file"]: {"etag": entry.pop("etag"), "rows": sha256_of(folder / rows_of(entry["file"]))}
        for entry in entries
    }
    with work.replacing(folder / STORE, "w") as file:
        json.dump({"url": store.url, "tars": tars}, file, indent=1)
