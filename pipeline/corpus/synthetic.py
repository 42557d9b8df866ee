"""The embedded corpus: every voice, song, scene and talker synthesised here, nothing downloaded."""

import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import audio
from pipeline.corpus import music, scenes, speech
from pipeline.corpus.tables import COLUMNS
from pipeline.parallel import parallel_map
from pipeline.params import section

ROWS = "rows"
RENDER = {"words": speech.render, "music": music.render, "scenes": scenes.render, "talkers": speech.render}


@section
class SyntheticParams:
    """Params section `corpus.synthetic`."""

    speech: speech.SpeechParams
    music: music.MusicParams
    scenes: scenes.ScenesParams


def synthesise(params: SyntheticParams, seed: int, folder: Path, sample_rate: int) -> dict[str, pd.DataFrame]:
    """Write one wav file a voice, song, scene and talker to `folder`/audio; return the tables, without splits.

    The same bytes for any number of processes: each file depends on its own job alone. What a run that was stopped
    has written to `folder` is kept.
    """
    jobs = [("words", job) for job in speech.word_jobs(params.speech, seed)]
    jobs += [("talkers", job) for job in speech.talker_jobs(params.speech, seed)]
    jobs += [("music", job) for job in music.jobs(params.music, seed)]
    jobs += [("scenes", job) for job in scenes.jobs(params.scenes, seed)]
    written = parallel_map(partial(_write, folder, sample_rate), jobs, "synthesise")
    shutil.rmtree(folder / ROWS)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for (name, _), found in zip(jobs, written, strict=True):
        rows[name] += found
    return {name: pd.DataFrame(found, columns=list(COLUMNS[name])) for name, found in rows.items()}


def _write(folder: Path, sample_rate: int, item: tuple[str, Any]) -> list[dict[str, Any]]:
    name, job = item
    done = folder / ROWS / name / f"{job.name}.json"  # of a run that was stopped; written after the sound
    if not done.exists():
        file = f"audio/{name}/{job.name}.wav"
        waveform, rows = RENDER[name](job, sample_rate)
        audio.write(folder / file, waveform, sample_rate)
        done.parent.mkdir(parents=True, exist_ok=True)
        part = done.with_suffix(".part")
        part.write_text(json.dumps([{"file": file, **row} for row in rows]))
        os.replace(part, done)
    return json.loads(done.read_text())
