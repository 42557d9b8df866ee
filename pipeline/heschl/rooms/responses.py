"""Rooms -> impulse responses and a table of places, in a folder that can be read place by place.

OUT/places.parquet    a row for each place of a source
    rooms.json        the params that made them, and a digest of each file
    train-0003.npy    responses of a room, (places, ears, samples) float32
"""

import itertools
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heschl.acoustics.head import Head
from heschl.acoustics.kemar import kemar
from heschl.acoustics.room import impulse_response
from heschl.acoustics.sofa import read_sofa
from heschl.acoustics.sphere import SPEED, sphere
from heschl.acoustics.tail import energy, tail
from heschl.audio import Sound
from heschl.parallel import parallel_map
from heschl.params import ParamsError, plain
from heschl.rooms.draw import Setting, settings
from heschl.rooms.params import RoomsParams
from heschl.rooms.read import ABOUT, PLACES, file_of
from heschl.work import digest, replacing

COLUMNS = {  # of the table of places
    "room": str, "place": int, "split": str, "azimuth": float, "elevation": float, "distance_m": float,
    "outdoor": bool, "width_m": float, "length_m": float, "height_m": float, "listener_x_m": float,
    "listener_y_m": float, "listener_z_m": float, "facing": float, "back": str, "front": str, "right": str,
    "left": str, "floor": str, "ceiling": str,
}  # fmt: skip
HEADS = ("kemar", "sphere")


def head_of(params: RoomsParams, sound: Sound, folder: Path) -> Head:
    """Return the head at the sample rate of the sound.

    folder : of SOFA files
    raises : ParamsError, HeadError naming what is wrong with the head
    """
    head = head_named(params.head, "rooms.head", sound, folder)
    return head.refined(params.refined_deg) if params.refined_deg else head


def head_named(name: str, key: str, sound: Sound, folder: Path) -> Head:
    """Return the head with a name at the sample rate of the sound; arguments as of `measured`."""
    return measured(name, key, sound, folder).at_rate(sound.sample_rate)


def measured(name: str, key: str, sound: Sound, folder: Path) -> Head:
    """Return the head with a name at the rate at which it was measured.

    key    : of params, for the error;  folder : of SOFA files
    raises : ParamsError, HeadError naming what is wrong with the head
    """
    if name in HEADS:
        return kemar() if name == "kemar" else sphere(sound.sample_rate)
    found = sorted(path.name for path in folder.glob("*.sofa"))
    if name not in found:
        raise ParamsError(
            f"{key} is {name!r}; expected {', '.join(HEADS)} or a file in {folder}"
            f"{': ' + ', '.join(found) if found else ', which has no SOFA file'}."
        )
    return read_sofa(folder / name)


def write_rooms(params: RoomsParams, sound: Sound, heads: Path, folder: Path) -> list[str]:
    """Compute the responses of all places in `folder`, and the table; return the names of the files.

    Files that an interrupted run left there are not made again. With one channel there are no rooms: the
    table is empty.

    heads  : folder of SOFA files
    raises : ParamsError, HeadError
    """
    rooms = settings(params) if sound.channels == 2 else []
    samples = round(params.length_s * sound.sample_rate)
    if rooms and samples < 2:
        raise ParamsError(f"rooms.length_s is {params.length_s}, less than two samples: make it longer.")
    if rooms:
        head = head_of(params, sound, heads)
        parallel_map(partial(_write, head, samples, params, folder), rooms, "rooms")
    rows = [row for setting in rooms for row in _rows(setting)]
    # later stages resume only where the responses are the same
    digests = {each.name: digest({}, [folder / file_of(each.name)]) for each in rooms}
    with replacing(folder / ABOUT, "w") as file:
        json.dump({"rooms": plain(params), "digests": digests} if rooms else {}, file, indent=1)
    with replacing(folder / PLACES) as file:
        pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS).to_parquet(file)
    return [PLACES, ABOUT, *(file_of(setting.name) for setting in rooms)]


def _write(head: Head, samples: int, params: RoomsParams, folder: Path, setting: Setting) -> None:
    path = folder / file_of(setting.name)
    if path.is_file():
        return
    tails = _tails(head, samples, params, setting) if params.tail else itertools.repeat(0.0)
    found = np.empty((len(setting.sources), 2, samples), "<f4")
    for response, source, late in zip(found, setting.sources, tails, strict=False):
        response[:] = impulse_response(head, setting.room, setting.listener, source, samples) + late
    with replacing(path) as file:
        np.save(file, found, allow_pickle=False)


def _tails(head: Head, samples: int, params: RoomsParams, setting: Setting) -> Iterator[np.ndarray]:
    """Yield late reverberation for each source, with different noise for each."""
    farthest = max(source.distance_m for source in setting.sources)
    late = energy(setting.room, samples / head.rate + farthest / SPEED)
    for place, source in enumerate(setting.sources):
        numbers = [params.seed, zlib.crc32(setting.name.encode()), place]
        rng = np.random.default_rng(np.random.SeedSequence(numbers))
        yield tail(head, late, source.distance_m, samples, rng)


def _rows(setting: Setting) -> Sequence[dict[str, Any]]:
    size, position = setting.room.size_m, setting.listener.position_m
    common = {
        "room": setting.name, "split": setting.name.rsplit("-", 1)[0], "outdoor": setting.outdoor,
        **dict(zip(("width_m", "length_m", "height_m"), size, strict=True)),
        **dict(zip(("listener_x_m", "listener_y_m", "listener_z_m"), position, strict=True)),
        "facing": setting.listener.azimuth, **asdict(setting.room.walls),
    }  # fmt: skip
    return [common | {"place": place} | asdict(source) for place, source in enumerate(setting.sources)]
