"""The embedded corpus: every voice, song, scene and talker synthesised here, nothing downloaded."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import audio
from pipeline.corpora import music, scenes, speech
from pipeline.corpora.tables import COLUMNS
from pipeline.parallel import parallel_map
from pipeline.params import section

RENDER = {"words": speech.render, "music": music.render, "scenes": scenes.render, "talkers": speech.render}


@section
class SyntheticParams:
    """Params section `corpus.synthetic`."""

    speech: speech.SpeechParams
    music: music.MusicParams
    scenes: scenes.ScenesParams


def synthesise(params: SyntheticParams, seed: int, folder: Path, sample_rate: int) -> dict[str, pd.DataFrame]:
    """Write one wav file a voice, song, scene and talker to `folder`/audio; return the tables, without splits.

    The same bytes for any number of processes: each file depends on its own job alone.
    """
    jobs = [("words", job) for job in speech.word_jobs(params.speech, seed)]
    jobs += [("talkers", job) for job in speech.talker_jobs(params.speech, seed)]
    jobs += [("music", job) for job in music.jobs(params.music, seed)]
    jobs += [("scenes", job) for job in scenes.jobs(params.scenes, seed)]
    written = parallel_map(partial(_write, folder, sample_rate), jobs, "synthesise")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for (name, _), found in zip(jobs, written, strict=True):
        rows[name] += found
    return {name: pd.DataFrame(found, columns=list(COLUMNS[name])) for name, found in rows.items()}


def _write(folder: Path, sample_rate: int, item: tuple[str, Any]) -> list[dict[str, Any]]:
    name, job = item
    file = f"audio/{name}/{job.name}.wav"
    waveform, rows = RENDER[name](job, sample_rate)
    audio.write(folder / file, waveform, sample_rate)
    return [{"file": file, **row} for row in rows]
