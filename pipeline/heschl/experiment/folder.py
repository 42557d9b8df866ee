"""The folder of a built experiment: what identifies it, and whether a build may replace it."""

import json
import os
from pathlib import Path
from typing import Any

from heschl.experiment.design import ExperimentError

MARK = "experiment.json"  # identifies the experiment and lists the files that the build wrote
CONTENT = "listening experiment"
RESULTS = "results"  # folder of the tables that the server saved


def mark_of(out: Path) -> dict[str, Any]:
    """Return digest, params and files (relative paths) of the experiment in a folder; {} if there is none."""
    try:
        mark = json.loads((out / MARK).read_text(encoding="utf-8"))
        return mark if mark["heschl"] == CONTENT else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_mark(folder: Path, digest: str, params: dict[str, Any]) -> None:
    """Mark a folder as an experiment, once all of its other files are written."""
    files = sorted([*_files(folder), MARK])
    mark = {"heschl": CONTENT, "digest": digest, "params": params, "files": files}
    (folder / MARK).write_text(json.dumps(mark, indent=2) + "\n", encoding="utf-8")


def check_replaceable(out: Path) -> None:
    """Raise ExperimentError if `out` holds anything that no build wrote."""
    mark = mark_of(out)
    if not mark and out.exists() and (not out.is_dir() or os.listdir(out)):
        raise ExperimentError(
            f"{out} exists and is not a listening experiment, so it is not replaced. Name another folder."
        )
    others = sorted(_files(out) - set(mark.get("files", ())))
    results = [name for name in others if name.startswith(f"{RESULTS}/")]
    if results:
        raise ExperimentError(
            f"{out} holds {len(results)} results of another experiment (other params, shards or code). "
            f"Move {out / RESULTS} out of it, or build into another folder."
        )
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise ExperimentError(
            f"{out} holds {others[0]}{more}, which the build did not write. "
            "Move it to another folder, or build into another folder."
        )


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
