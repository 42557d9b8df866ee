"""Check the machine: accelerator, free disk space or bucket, and the programs of the listening experiment."""

import shutil
from pathlib import Path

from heschl.check.finding import CheckError, Finding, State, attempt
from heschl.check.sections import Params
from heschl.experiment import jspsych
from heschl.machine import device_of, load_machine
from heschl.shards.store import Store

GB = 1e9
COPIES = 2  # DVC's cache keeps a copy of every output, unless the file system shares their blocks
OVERHEAD = 1536  # bytes of a clip in a tar: headers, and its row as JSON


def check_machine(params: Params, shards: Path) -> list[Finding]:
    """Return findings about the machine.

    params : the sections that can be read; without mixtures and sound, disk space is not checked
    shards : their folder, which may not exist yet
    """
    found = [
        attempt("device", lambda: device_of(load_machine())),
        attempt("npm, for heschl experiment", _npm, state="note"),
    ]
    store = params["shards"].store if "shards" in params else None
    if store:
        found.append(attempt("bucket", lambda: _bucket(store)))
    elif {"mixtures", "sound"} <= set(params):
        needed = bytes_of_shards(params) * COPIES
        state: State = "note" if shards.exists() else "error"
        found.append(attempt("disk space", lambda: _disk(needed, Path.cwd()), state))
    return found


def bytes_of_shards(params: Params) -> int:
    """Return the size of the shards of all splits, in bytes: 16-bit clips in tars."""
    mixtures, sound = params["mixtures"], params["sound"]
    conditions = 1 + len(mixtures.backgrounds) * len(mixtures.test.snr_db)
    train, validation = (sum(getattr(mixtures, split).clips.values()) for split in ("train", "validation"))
    apart = train if "shards" in params and params["shards"].remix else 0
    clips = train + validation + sum(mixtures.test.targets.values()) * conditions
    return clips * (2 * sound.values + OVERHEAD) + apart * 2 * sound.values


def _disk(needed: int, folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CheckError(
            f"{free / GB:.1f} GB are free in {folder}; the shards and DVC's copy of them need "
            f"{needed / GB:.1f} GB. Free some space, or lower mixtures.train.clips."
        )
    return f"{free / GB:.1f} GB are free; the shards and DVC's copy of them need {needed / GB:.1f} GB"


def _bucket(url: str) -> str:
    Store(url, waits_s=()).reach()
    return f"{url.split('/')[2]} answers; the shards go to {url}"


def _npm() -> str:
    if jspsych.ready():
        return "jsPsych is installed"
    if shutil.which("npm") is None:
        raise CheckError("jsPsych is not installed, and npm is not on the PATH. Install Node.js 18 or later.")
    return "npm is on the PATH; jsPsych will be installed"
