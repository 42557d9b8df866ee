"""python -m docs.cochleagram: draw docs/cochleagram.png, a word of data/shards, a tone and a chord through the ear of kell2018."""

from pathlib import Path

import numpy as np
import torch

from pipeline import figures
from pipeline.audio import FULL_SCALE
from pipeline.cochleagram import Cochleagram
from pipeline.shards import Shards
from pipeline.stimuli import tones


def main() -> None:
    """Draw what the report shows of a trained network's ear, of the published one before its picture is resized."""
    ear, shards = Cochleagram.preset("kell2018", image=None), Shards.open("data/shards", "test", verify=False)
    records = ((number, shards.record(number)) for number in range(len(shards)))
    number, record = next(each for each in records if (each[1]["task"], each[1]["background"]) == ("word", "clean"))
    sounds = {
        f"word: {record['word']} (synthetic)": shards.waveforms(np.array([number]))[0].astype(np.float32) / FULL_SCALE,
        "tone of 1000 Hz": tones([1000], ear.sound, 0.5, 1.5),
        "chord: C, E, G of 8 partials": tones([261.6, 329.6, 392.0], ear.sound, 0.5, 1.5, partials=8),
    }
    heard = ear(torch.from_numpy(np.stack(list(sounds.values()))))
    pictures = dict(zip(sounds, heard.numpy(), strict=True))
    Path("docs/cochleagram.png").write_bytes(figures.to_png(figures.cochleagrams(pictures, ear.frequencies_hz, ear.times_s)))


if __name__ == "__main__":
    main()
