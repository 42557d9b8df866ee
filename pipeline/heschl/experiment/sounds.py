"""The wav files of an experiment: its clips, and the checks at the median level of the clips."""

from pathlib import Path

import numpy as np
import soundfile

from heschl import audio
from heschl.experiment import checks
from heschl.experiment.clips import Clips

VOLUME = 100  # clips at most whose mean spectrum the noise for the volume has


def write(folder: Path, clips: Clips, keys: list[str], seed: int) -> None:
    """Write the clips with these keys unchanged to folder/clips, and the checks to folder/sounds."""
    numbers = {key: number for number, key in enumerate(clips.keys(np.arange(len(clips))))}
    rate, levels = clips.sound.sample_rate, []
    for key in keys:
        waveform = clips.waveforms(np.array([numbers[key]]))[0]
        levels.append(audio.rms(waveform) / audio.FULL_SCALE)
        audio.write(folder / "clips" / f"{key}.wav", waveform, rate)
    some = clips.waveforms(np.array([numbers[key] for key in keys[:VOLUME]]))
    (folder / "sounds").mkdir()
    for name, waveform in _checks(some, rate, float(np.median(levels)), seed).items():
        soundfile.write(folder / "sounds" / f"{name}.wav", audio.to_int16(waveform), rate, subtype="PCM_16")


def _checks(clips: np.ndarray, rate: int, level: float, seed: int) -> dict[str, np.ndarray]:
    """Return the sounds of the checks, {name: (samples,) or (samples, 2)}; level : rms."""
    sounds = {"volume": checks.volume(clips, level, np.random.default_rng(seed))}
    for number, (soft, opposite) in enumerate(checks.PAIRS, 1):
        sounds[f"headphones-{number}"] = checks.headphones(soft, opposite, rate, level)
    for count in range(1, checks.BEEPS + 1):
        sounds[f"beeps-{count}"] = checks.beeps(count, rate, level)
    return sounds
