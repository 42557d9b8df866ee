"""python -m docs.ear: draw docs/ear.png, three sounds through the ear of kell2018.

A word of data/shards, a tone and a chord.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from heschl.audio import FULL_SCALE
from heschl.ear.cochleagram import Cochleagram
from heschl.report.examples import demonstrate
from heschl.report.figures.cochleagrams import cochleagrams
from heschl.report.figures.svg import to_png
from heschl.shards.read import Shards


def main() -> None:
    """Draw the figure of the report's section on the ear, for the published ear, not resized."""
    ear, shards = Cochleagram.preset("kell2018", image=None), Shards.open("data/shards", "test", verify=False)
    records = ((number, shards.record(number)) for number in range(len(shards)))
    number, record = next(
        each for each in records if (each[1]["task"], each[1]["background"]) == ("word", "clean")
    )
    waveform = shards.waveforms(np.array([number]))[0].astype(np.float32) / FULL_SCALE
    word = SimpleNamespace(
        task="word", truth=f"{record['word']} (synthetic)", background="clean", waveform=waveform
    )
    figure = cochleagrams(*demonstrate(ear, [word]))
    Path("docs/ear.png").write_bytes(to_png(figure, dpi=120))


if __name__ == "__main__":
    main()
