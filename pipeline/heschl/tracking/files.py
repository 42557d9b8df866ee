"""Files of a run: whether it has them, and a folder with them."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from heschl.tracking.store import client

NETWORK = "network"  # folder of a run's artifacts: what load_network needs
ANSWERS = "answers"  # folder of a run's artifacts: the network's answers to the test clips


def has_artifacts(run_id: str, folder: str, names: Iterable[str]) -> bool:
    """Return whether all these files are in a folder of a run's artifacts."""
    listed = {file.path for file in client().list_artifacts(run_id, folder)}
    return {f"{folder}/{name}" for name in names} <= listed


@contextlib.contextmanager
def artifacts(run_id: str, folder: str, names: Iterable[str]) -> Iterator[Path]:
    """Yield a folder with these artifacts: the run's own if it is on this machine, else a temporary copy.

    Files are requested by the names given here, not by those that the store lists: none is written outside
    the copy.
    """
    tracker = client()
    uri = urlsplit(tracker.get_run(run_id).info.artifact_uri)
    if uri.scheme in ("", "file"):
        yield Path(url2pathname(uri.path)) / folder
        return
    with tempfile.TemporaryDirectory(prefix="heschl-") as copy:
        for name in names:
            os.replace(tracker.download_artifacts(run_id, f"{folder}/{name}", copy), Path(copy) / name)
        yield Path(copy)
