"""The places of sources, and the responses to them, as `responses` writes them."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import fft

from heschl.acoustics import directions

PLACES, ABOUT = "places.parquet", "rooms.json"


@dataclass(frozen=True)
class Rooms:
    """A folder of rooms.

    raises : FileNotFoundError with the remedy
    """

    folder: Path

    def __post_init__(self) -> None:
        if not (self.folder / PLACES).is_file():
            raise FileNotFoundError(f"{self.folder / PLACES} is missing. Make it: dvc repro rooms.")

    def places(self) -> pd.DataFrame:
        """Return the table of places, with a column `direction`: the label of the task `where`."""
        table = pd.read_parquet(self.folder / PLACES)
        pairs = zip(table.azimuth, table.elevation, strict=True)
        return table.assign(direction=[directions.label(*pair) for pair in pairs])

    def about(self) -> dict[str, Any]:
        """Return the params that made the rooms, {"rooms": ...}; empty where there are none."""
        about = json.loads((self.folder / ABOUT).read_text())
        return {name: value for name, value in about.items() if name == "rooms"}

    def responses(self, room: str) -> np.ndarray:
        """Return the responses of a room, (places, ears, samples) float32, mapped into memory."""
        return _mapped(self.folder / file_of(room))


def file_of(room: str) -> str:
    """Return the file of a room's responses, in the folder."""
    return f"{room}.npy"


def heard(waveform: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return what a source is at the ears, (ears, samples) float32.

    waveform : (lead + samples,) of the source, where lead is one less than the samples of the response: what
               it emits before the clip begins still rings
    response : (ears, samples of the response)
    """
    lead = response.shape[-1] - 1
    size = fft.next_fast_len(len(waveform), real=True)  # what wraps around falls on the lead
    spectrum = fft.rfft(waveform.astype(np.float32, copy=False), size)
    found = fft.irfft(spectrum * fft.rfft(response, size), size)
    return found[:, lead : len(waveform)]


@lru_cache(maxsize=256)
def _mapped(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r", allow_pickle=False)
