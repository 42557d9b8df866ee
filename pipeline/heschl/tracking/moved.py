"""A project that was moved or copied: its MLflow store names the artifacts of runs by absolute paths."""

import re
import sqlite3
import sys
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import unquote

LOCATIONS = {  # table: its column of places, each <folder>/mlruns and what follows
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
}


@cache
def find_artifacts(store: Path, artifacts: Path) -> None:
    """Have the runs of an SQLite store find their artifacts in this project's folder, wherever it is now.

    store, artifacts : mlflow.db and mlruns of the project; locations elsewhere, which are not called mlruns,
                       stay as they are
    """
    if not store.is_file():
        return
    try:
        with (
            closing(sqlite3.connect(f"{store.as_uri()}?mode=rw", uri=True, timeout=30)) as database,
            database,
        ):
            earlier = set().union(*(_moved(database, table, artifacts) for table in LOCATIONS))
    except sqlite3.Error:  # a store that is being made, is read-only, or is none: MLflow says what is wrong
        return
    for old in sorted(earlier):
        print(f"  {store.name} was in {old}: its artifacts are now those in {artifacts}", file=sys.stderr)


def _moved(database: sqlite3.Connection, table: str, artifacts: Path) -> set[str]:
    """Rewrite the locations of a table that name another project folder; return those folders."""
    column, earlier = LOCATIONS[table], set()
    pattern = re.compile(rf"((?:file://)?)(/.*)/{re.escape(artifacts.name)}((?:/[^/]+)*)")
    for name, location in database.execute(f"SELECT rowid, {column} FROM {table}").fetchall():
        found = pattern.fullmatch(location or "")
        if not found:
            continue
        scheme, folder, rest = found.groups()
        folder = unquote(folder) if scheme else folder
        if folder == str(artifacts.parent):
            continue
        here = (artifacts.as_uri() if scheme else str(artifacts)) + rest
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (here, name))
        earlier.add(folder)
    return earlier
