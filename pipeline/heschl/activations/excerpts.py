"""Cuts from the test split of a corpus, none overlapping another and none silent."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from heschl.audio import Sound, cut, db, length, rms
from heschl.corpus.tables import TABLES, UNIT, CorpusError, load

CATEGORIES = {  # category -> its tables
    category: [name for name, table in TABLES.items() if table.category == category]
    for category in dict.fromkeys(table.category for table in TABLES.values())
}
SILENCE_DB = -60.0  # rms re full scale: quieter cuts are not used

Stretches = dict[tuple[str, str], list[tuple[float, float]]]  # (source, file) -> (start, end) in s


def draw(
    folder: Path, category: str, number: int, rng: np.random.Generator, sound: Sound
) -> list[np.ndarray]:
    """Draw up to `number` cuts of a category, using every speaker, artist or scene source before any repeats.

    returns : (samples,) float64 each, at the corpus's level; fewer where the split has no more
    raises  : CorpusError where a table or file is missing or has another sample rate
    """
    places = _places(_stretches(folder, category, sound), sound.clip_s)
    order = rng.permutation(len(places))
    turn: dict[str, int] = defaultdict(int)
    ranked = []
    for place in order:  # the first place of each source, then the second of each
        source = places[place][0]
        ranked.append((turn[source], len(ranked), place))
        turn[source] += 1
    waveforms: list[np.ndarray] = []
    for *_, place in sorted(ranked):
        if len(waveforms) == number:
            break
        _, file, start = places[place]
        waveform = cut(folder / file, start, sound.samples)
        if db(rms(waveform)) > SILENCE_DB:
            waveforms.append(waveform)
    return waveforms


def _stretches(folder: Path, category: str, sound: Sound) -> Stretches:
    """Return the stretches of a category's tables; a file of words as a whole, since one speaker fills it."""
    tables, spans = load(folder), defaultdict(list)
    for name in CATEGORIES[category]:
        test: pd.DataFrame = tables[name][tables[name]["split"] == "test"]
        for source, file, start, end in zip(
            test[UNIT[name]], test["file"], test["start_s"], test["end_s"], strict=True
        ):
            spans[source, file].append((0.0, np.inf) if name == "words" else (start, end))
    return {
        key: [(start, min(end, _seconds(folder / key[1], sound))) for start, end in set(spans[key])]
        for key in sorted(spans)
    }


def _seconds(file: Path, sound: Sound) -> float:
    try:
        samples, rate = length(file)
    except OSError as error:
        raise CorpusError(
            f"{file} cannot be read: {error.strerror}. Make the corpus again: dvc repro -f corpus."
        ) from None
    if rate != sound.sample_rate:
        raise CorpusError(
            f"{file} has a sample rate of {rate} Hz, but sound.sample_rate is {sound.sample_rate}. "
            "Make the corpus again: dvc repro corpus."
        )
    return samples / rate


def _places(stretches: Stretches, clip_s: float) -> list[tuple[str, str, float]]:
    """Return (source, file, start in s) of adjacent cuts, from the beginning of each stretch."""
    places = []
    for (source, file), spans in stretches.items():
        free = 0.0  # s: everything before is taken
        for start, end in sorted(spans):
            start = max(start, free)
            for _ in range(int((end - start + 1e-6) // clip_s)):
                places.append((source, file, start))
                start = free = start + clip_s
    return places
