"""Make the example recordings again, with the synthesizers of the synthetic corpus.

python -m inputs.recordings.example.make FOLDER
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile

from heschl.corpus import music, scenes, speech
from heschl.corpus.tables import COLUMNS
from heschl.tables import write_csv

RATE = 16000  # Hz
SEED = 7
SPEECH = speech.SpeechParams(
    words=("coffee", "pencil", "winter"),
    word_voices=3,
    tokens_per_word=1,
    talker_voices=24,  # babble8 needs eight in each split
    talker_seconds=2.0,
    rate_wpm=(150, 180),
    pitch=(35, 65),
    pitch_range=(30, 70),
)
MUSIC = music.MusicParams(
    genres=("classical", "electronic", "folk"),
    songs_per_genre=3,
    song_seconds=3.0,
    typical_instruments=0.95,
    dropped_stems=0.1,
    balance_db=2.0,
    equalisation_db=2.0,
    equaliser_bands=8,
    level_db=(-26.0, -16.0),
)
SCENES = scenes.ScenesParams(kinds=("rain",), recipes_per_kind=3, scene_seconds=3.0, level_db=(-26.0, -16.0))


def main(folder: Path) -> None:
    """Write the recordings and the four csv files that list them."""
    jobs: dict[str, tuple[Any, list[Any]]] = {
        "words": (speech.render, speech.word_jobs(SPEECH, SEED)),
        "music": (music.render, music.jobs(MUSIC, SEED)),
        "scenes": (scenes.render, scenes.jobs(SCENES, SEED)),
        "talkers": (speech.render, speech.talker_jobs(SPEECH, SEED)),
    }
    for name, (render, of_table) in jobs.items():
        rows = []
        for job in of_table:
            waveform, labels = render(job, RATE)
            file = f"{name}/{job.name}.ogg"
            _write(folder / file, waveform)
            rows += [{"file": file, **row} for row in labels]
        write_csv(folder / f"{name}.csv", pd.DataFrame(rows)[list(COLUMNS[name])].round(3))


def _write(path: Path, waveform: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, waveform, RATE, format="OGG", compression_level=0.8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
