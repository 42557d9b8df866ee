"""AudioMNIST (Becker et al. 2024): data/<speaker>/<digit>_<speaker>_<take>.wav, isolated digits."""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import Named, Row, below, found

WHAT = "the repository soerenab/AudioMNIST"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    for path in found(folder, "data/*/[0-9]_*_*.*", WHAT):
        yield Row(below(folder, path), DIGITS[int(path.name[0])], path.parent.name)


AUDIO_MNIST = Named(
    name="audio_mnist",
    title="AudioMNIST (Becker et al. 2024, Journal of the Franklin Institute 361, 418)",
    license="MIT",
    origin="https://github.com/soerenab/AudioMNIST",
    tables={"words": _words},
)
