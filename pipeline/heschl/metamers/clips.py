"""Natural sounds and their metamers, of one or several networks, as clips that people hear."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile

from heschl import tables
from heschl.audio import Sound
from heschl.metamers import columns
from heschl.metamers.columns import METAMER, METAMERS, NATURAL, SOUND, SOUNDS
from heschl.metamers.layers import FOLDER
from heschl.metamers.sounds import MetamerError
from heschl.mixtures.row import CLEAN


@dataclass(frozen=True, eq=False)
class MetamerClips:
    """Clips with the interface of `Shards`, by number.

    A clip's background is its layer, with the name of the network's folder before it; natural sounds are
    clean. Its key is made of the same names and of a digest of the tables of its folder, so that answers to
    other metamers are unknown.

    folders : of metamers of the same sounds, by name
    table   : a row for each clip: key, task, background, sound, truth, source, path, accepted, folder, layer,
              rank (0: natural)
    """

    folders: dict[str, Path]
    table: pd.DataFrame
    split: str = NATURAL

    @classmethod
    def open(cls, folders: Sequence[Path]) -> "MetamerClips":
        """Open folders that `heschl metamers` wrote.

        raises : MetamerError if a folder has no metamers, or if the folders do not fit each other
        """
        for folder in folders:
            _check_there(folder)
        named = {_name(folder): folder for folder in folders}
        if len(named) < len(folders):
            raise MetamerError(
                f"the folders of metamers need different names, and {', '.join(map(str, folders))} are all "
                f"{_name(folders[0])!r} or alike. Rename one."
            )
        first = _sounds(folders[0])
        for folder in folders[1:]:
            _check_alike(folders[0], folder, first)
        rows = list(_natural(folders[0], first))
        for name, folder in named.items():
            rows += _metamers(name, folder, first)
        return cls(named, pd.DataFrame(rows))

    def check_sounds(self) -> None:
        """Raise MetamerError if a sound is missing."""
        missing = [path for path in self.table["path"] if not path.is_file()]
        if missing:
            raise MetamerError(
                f"{missing[0]} is missing; git has only the tables of metamers. Make the sounds with "
                "`heschl metamers`."
            )

    def __len__(self) -> int:
        return len(self.table)

    @property
    def folder(self) -> str:
        """Return the folders, for messages."""
        return ", ".join(map(str, self.folders.values()))

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        """Return the labels of each task that there are sounds of."""
        found = self._about["labels"]
        return {task: found[task] for task in found if task in set(self.table["task"])}

    @cached_property
    def sound(self) -> Sound:
        """Return the sample rate and length of the clips."""
        return Sound(**self._about["sound"])

    @cached_property
    def digest(self) -> bytes:
        """Return a digest of all sounds and their table."""
        found = hashlib.sha256(self.table.drop(columns="path").to_csv().encode())
        for path in self.table["path"]:
            found.update(hashlib.sha256(path.read_bytes()).digest())
        return found.digest()

    def record(self, number: int) -> dict[str, Any]:
        """Return what is known of a clip, with the names of a row of mixtures."""
        row = self.table.iloc[number]
        return {
            "key": row["key"],
            "task": row["task"],
            row["task"]: row["truth"],
            "background": row["background"],
            "snr_db": None,
            "source": row["source"],
            "target_file": row["target_file"],
            "target_start_s": row["target_start_s"],
            "word_start_s": None if pd.isna(row["word_start_s"]) else row["word_start_s"],
        }

    def keys(self, numbers: np.ndarray) -> list[str]:
        """Return the keys of clips by number."""
        return self.table["key"].iloc[numbers].tolist()

    def waveforms(self, numbers: np.ndarray) -> np.ndarray:
        """Return clips by number, (clips, samples) int16, or (clips, ears, samples)."""
        paths = self.table["path"].iloc[numbers]
        return np.stack([soundfile.read(path, dtype="int16")[0].T for path in paths])

    @property
    def heard(self) -> pd.DataFrame:
        """Return the clips as `behavior.listeners.read` takes them."""
        return self.table.assign(snr_db=np.nan, target=self.table["sound"])

    @cached_property
    def _about(self) -> dict[str, Any]:
        return tables.read_json(next(iter(self.folders.values())) / columns.ABOUT)


def _name(folder: Path) -> str:
    """Return the name of a folder in letters, digits, _ and -."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", folder.resolve().name)


def _check_there(folder: Path) -> None:
    missing = [name for name in (SOUNDS, METAMERS, columns.ABOUT) if not (folder / name).is_file()]
    if missing:
        raise MetamerError(
            f"{folder / missing[0]} is missing: {folder} has no metamers, or they are being made. Make them "
            "with `heschl metamers`."
        )


def _sounds(folder: Path) -> pd.DataFrame:
    table = tables.read_csv(folder / SOUNDS, SOUND)
    _check_names(folder / SOUNDS, table["sound"])
    return table


def _check_names(path: Path, names: pd.Series) -> None:
    """Raise MetamerError for a name that cannot be that of a file or folder in the folder of metamers."""
    wrong = [name for name in names if not FOLDER.fullmatch(name)]
    if wrong:
        raise MetamerError(
            f"{path} has the name {wrong[0]!r}; expected letters, digits, ., _ and -. Make the metamers "
            "again with `heschl metamers`."
        )


def _digest(*paths: Path) -> str:
    """Return 8 hexadecimal digits that stand for the bytes of files."""
    found = hashlib.sha256()
    for path in paths:
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:8]


def _check_alike(one: Path, other: Path, sounds: pd.DataFrame) -> None:
    """Raise MetamerError if two folders have metamers of other natural sounds."""
    others = _sounds(other)
    if sounds["key"].tolist() != others["key"].tolist():
        raise MetamerError(
            f"{one} and {other} have metamers of different clips. Make each with `heschl metamers --agree` "
            "and the other's network, and the same section `metamers`."
        )
    about, also = (tables.read_json(each / columns.ABOUT) for each in (one, other))
    if about["sound"] != also["sound"] or about["labels"] != also["labels"]:
        raise MetamerError(f"{one} and {other} differ in sample rate, length or labels. Use one of the two.")
    for name in sounds["sound"]:
        paths = [each / NATURAL / f"{name}.wav" for each in (one, other)]
        if all(path.is_file() for path in paths) and len({path.read_bytes() for path in paths}) > 1:
            raise MetamerError(
                f"{paths[0]} and {paths[1]} differ: the two networks' ears scale sounds to other levels, so "
                "that people would tell their metamers by loudness. Use one of the two folders."
            )


def _natural(folder: Path, sounds: pd.DataFrame) -> Iterator[dict[str, Any]]:
    digest = _digest(folder / SOUNDS)
    for row in sounds.to_dict("records"):
        path = folder / NATURAL / f"{row['sound']}.wav"
        yield _clip(row, f"{NATURAL}-{row['sound']}-{digest}", CLEAN, path) | {
            "folder": "",
            "layer": NATURAL,
            "rank": 0,
            "accepted": 1,
        }


def _metamers(name: str, folder: Path, sounds: pd.DataFrame) -> Iterator[dict[str, Any]]:
    about = sounds.set_index("sound", drop=False).to_dict("index")
    table = tables.read_csv(folder / METAMERS, METAMER)
    _check_names(folder / METAMERS, table["layer"])
    digest = _digest(folder / SOUNDS, folder / METAMERS, folder / columns.ABOUT)
    for row in table.to_dict("records"):
        layer, sound = row["layer"], row["sound"]
        if sound not in about:
            raise MetamerError(
                f"{folder / METAMERS} has the sound {sound!r}, which {folder / SOUNDS} does not. Make the "
                "metamers again."
            )
        path = folder / layer / f"{sound}.wav"
        yield _clip(about[sound], f"{name}-{layer}-{sound}-{digest}", f"{name} {layer}", path) | {
            "folder": name,
            "layer": layer,
            "rank": row["place"] + 1,
            "accepted": row["accepted"],
        }


def _clip(sound: dict[str, Any], key: str, background: str, path: Path) -> dict[str, Any]:
    known = ("task", "source", "target_file", "target_start_s", "word_start_s", "sound")
    return {
        "key": key,
        "background": background,
        "truth": sound["label"],
        "path": path,
        **{name: sound[name] for name in known},
    }
