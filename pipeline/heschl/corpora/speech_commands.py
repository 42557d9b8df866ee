"""Speech Commands (Warden 2018): <word>/<speaker>_nohash_<take>.wav, isolated words."""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import TEST, TRAIN, VALIDATION, Named, Row, below, found, need, text_of

WHAT = "speech_commands_v0.02.tar.gz"
LISTS = {"validation_list.txt": VALIDATION, "testing_list.txt": TEST}


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    listed = {}
    for name, split in LISTS.items():
        for line in text_of(need(folder, name, WHAT)).split():
            listed[line] = split
    for path in found(folder, "[!_]*/*_nohash_*.*", WHAT):
        name = path.with_suffix(".wav").name
        split = listed.get(f"{path.parent.name}/{name}", TRAIN)
        yield Row(below(folder, path), path.parent.name, path.name.split("_nohash_")[0], split=split)


SPEECH_COMMANDS = Named(
    name="speech_commands",
    title="Speech Commands (Warden 2018, arXiv 1804.03209)",
    license="CC BY 4.0",
    origin="https://www.tensorflow.org/datasets/catalog/speech_commands",
    tables={"words": _words},
)
