"""python -m docs.cochleagram: draw docs/cochleagram.png, a word of data/shards, a tone and a chord through the ear of kell2018."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from pipeline import examples, figures
from pipeline.audio import FULL_SCALE
from pipeline.cochleagram import Cochleagram
from pipeline.shards import Shards


def main() -> None:
    """Draw what the report shows of a trained network's ear, of the published one before its picture is resized."""
    ear, shards = Cochleagram.preset("kell2018", image=None), Shards.open("data/shards", "test", verify=False)
    records = ((number, shards.record(number)) for number in range(len(shards)))
    number, record = next(each for each in records if (each[1]["task"], each[1]["background"]) == ("word", "clean"))
    waveform = shards.waveforms(np.array([number]))[0].astype(np.float32) / FULL_SCALE
    word = SimpleNamespace(task="word", truth=f"{record['word']} (synthetic)", background="clean", waveform=waveform)
    figure = figures.cochleagrams(examples.demonstrate(ear, [word]), ear.frequencies_hz, ear.times_s)
    Path("docs/cochleagram.png").write_bytes(figures.to_png(figure, dpi=120))


if __name__ == "__main__":
    main()
