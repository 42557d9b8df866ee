"""A tiny synthetic corpus, shared by the tests of mixtures, shards and training."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # pytest -n 2 shares the cores
os.environ.setdefault("HESCHL_WORKERS", "1")

import numpy as np
import pandas as pd
import pytest

from heschl import audio
from heschl.audio import Sound
from heschl.corpus.splits import Split, assign_splits
from heschl.mixtures.params import Draw, Grid, MixtureParams, Range

RATE = 8000
pytest_plugins = ["tests.helpers.trainings", "tests.helpers.s3", "tests.helpers.postgres"]


def pytest_collection_modifyitems(items):
    """Put files with slow tests first, so that the processes of pytest -n end at about the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def sound():
    return Sound(sample_rate=RATE, clip_s=1.0)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A corpus folder and its tables: tones for words, chords for genres, noise for the rest."""
    folder = tmp_path_factory.mktemp("corpus")
    rng = np.random.default_rng(0)
    rows = {"words": [], "music": [], "scenes": [], "talkers": []}

    def add(table, name, waveform, **row):
        file = f"audio/{table}/{name}.wav"
        audio.write(folder / file, waveform.astype(np.float32), RATE)
        rows[table].append({"file": file, "start_s": 0.0, "end_s": len(waveform) / RATE} | row)

    def tone(hz, seconds):
        time = np.arange(round(seconds * RATE)) / RATE
        return 0.1 * np.sin(2 * np.pi * hz * time) + 0.01 * rng.standard_normal(len(time))

    for s in range(6):
        for w, hz in {"low": 300, "high": 1200}.items():
            if s % 2:  # isolated: shorter than a clip
                add("words", f"{w}{s}", tone(hz + 10 * s, 0.4), word=w, speaker=f"s{s}")
            else:  # within something longer
                add(
                    "words",
                    f"{w}{s}",
                    np.r_[tone(600, 1.2), tone(hz + 10 * s, 0.4), tone(600, 1.2)],
                    word=w,
                    speaker=f"s{s}",
                    start_s=1.2,
                    end_s=1.6,
                )
    for a in range(5):
        for g, hz in {"bass": 200, "flute": 2000}.items():
            add("music", f"{g}{a}", tone(hz + 20 * a, 3) + tone(1.5 * hz, 3), genre=g, artist=f"{g}{a}")
            add(
                "scenes", f"{g}{a}", 0.1 * rng.standard_normal(3 * RATE), kind=f"{g}-noise", source=f"x{g}{a}"
            )
    for t in range(24):
        add("talkers", f"t{t}", 0.1 * rng.standard_normal(2 * RATE), speaker=f"t{t}")
    tables = {name: pd.DataFrame(table) for name, table in rows.items()}
    return folder, assign_splits(tables, Split(train=0.6, validation=0.2, test=0.2), seed=0)


@pytest.fixture(scope="session")
def mixture_params():
    draw = Draw(
        clips={"word": 24, "genre": 20}, snr_db=Range(low=-3, high=9), clean=0.2, backgrounds=(), labels={}
    )
    return MixtureParams(
        seed=1,
        backgrounds=("scene", "babble2", "babble8", "music", "shaped", "modulated"),
        midpoint=Range(low=0.1, high=0.9),
        level_db=Range(low=-30, high=-20),
        silence_db=-60,
        pieces={},
        sequence=None,
        train=draw,
        validation=draw,
        test=Grid(targets={"word": 2, "genre": 3}, snr_db=(-6.0, 0.0, 6.0), labels={}),
    )
