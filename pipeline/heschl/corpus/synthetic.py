"""The synthetic corpus: every voice, song, scene and talker is synthesized here; nothing is downloaded."""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import audio
from heschl.audio import Sound
from heschl.corpus import music, scenes, speech
from heschl.corpus.source import CorpusSource, SourceParams, Tables
from heschl.corpus.tables import COLUMNS, QUARANTINE
from heschl.parallel import parallel_map
from heschl.params import section
from heschl.work import replacing

ROWS = "rows"  # folder of finished jobs
RENDER = {"words": speech.render, "music": music.render, "scenes": scenes.render, "talkers": speech.render}


@section
class SyntheticParams:
    """Params section `corpus.synthetic`."""

    speech: speech.SpeechParams
    music: music.MusicParams
    scenes: scenes.ScenesParams


def make(params: SourceParams, out: Path, sound: Sound) -> tuple[Tables, pd.DataFrame]:
    """Write one wav file for each voice, song, scene and talker; return the tables and an empty quarantine.

    Each file depends on its job alone, so the bytes are the same for any number of processes. Files finished
    by an interrupted run are not made again.
    """
    jobs = _jobs(params.synthetic, params.seed)
    finished = parallel_map(partial(_write, out, sound.sample_rate), jobs, "synthesize")
    shutil.rmtree(out / ROWS)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for (name, _), rows_of_job in zip(jobs, finished, strict=True):
        rows[name] += rows_of_job
    tables = {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in COLUMNS.items()}
    return tables, pd.DataFrame(columns=list(QUARANTINE))


def _jobs(params: SyntheticParams, seed: int) -> list[tuple[str, Any]]:
    """Return (table, job) for every file."""
    jobs = {
        "words": speech.word_jobs(params.speech, seed),
        "talkers": speech.talker_jobs(params.speech, seed),
        "music": music.jobs(params.music, seed),
        "scenes": scenes.jobs(params.scenes, seed),
    }
    return [(table, job) for table, jobs_of_table in jobs.items() for job in jobs_of_table]


def _write(folder: Path, sample_rate: int, item: tuple[str, Any]) -> list[dict[str, Any]]:
    """Write the sound of a job, then its rows, unless an interrupted run has; return the rows."""
    name, job = item
    finished = folder / ROWS / name / f"{job.name}.json"
    if not finished.exists():
        file = f"audio/{name}/{job.name}.wav"
        waveform, rows = RENDER[name](job, sample_rate)
        audio.write(folder / file, waveform, sample_rate)
        finished.parent.mkdir(parents=True, exist_ok=True)
        with replacing(finished, "w") as kept:
            json.dump([{"file": file, **row} for row in rows], kept)
    return json.loads(finished.read_text())


SYNTHETIC = CorpusSource(
    name="synthetic",
    make=make,
    programs=("espeakng-loader", "symusic", "pretty-midi"),
    text="Synthetic: speech spoken by eSpeak NG, music composed by rule and played through the General MIDI "
    "soundfont TimGM6mb, scenes and talkers synthesised. No person or instrument was recorded.",
)
