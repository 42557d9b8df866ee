"""Write the folder of an exported network, whole or not at all.

OUT/README.md               how to load it, how exact it is, and its card
    card.md                 the card alone, if there is one
    config.json             params, labels, sha256 of the weights
    weights.safetensors     plain tensors
    program.pt2             from the waveform to logits and activations: torch.export
    from_waveform.onnx      from the waveform to logits, where the ear has a plain form
    from_cochleagram.onnx   from the cochleagram to logits
    SHA256SUMS              of all files but README.md, which its owner may edit
"""

import json
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from heschl import pretrained
from heschl.export import measure, onnx
from heschl.export.plain import PlainError
from heschl.export.program import LARGEST_BATCH, ExportError, write_program
from heschl.network.custom import CustomNetwork
from heschl.network.hearing import COCHLEAGRAM, Hearing
from heschl.network.saved import DIGEST
from heschl.network.tensors import serialized
from heschl.network.weights import digest_of
from heschl.release.card import environment

README, PROGRAM, SUMS = "README.md", "program.pt2", "SHA256SUMS"
FROM_WAVEFORM, FROM_COCHLEAGRAM = "from_waveform.onnx", "from_cochleagram.onnx"
FILES = {README, PROGRAM, SUMS, FROM_WAVEFORM, FROM_COCHLEAGRAM, *pretrained.NEEDED}
NAME = re.compile(r"[A-Za-z0-9._-]+")


def check_replaceable(out: Path) -> None:
    """Raise ExportError unless a folder is absent, empty, or holds an exported network and nothing else."""
    if not NAME.fullmatch(out.resolve().name):
        raise ExportError(
            f"The folder is named {out.resolve().name!r}; expected letters, digits, ., _ and -."
        )
    if not out.exists():
        return
    found = {path.name for path in out.iterdir()} if out.is_dir() else {out.name}
    if found and not (found <= FILES and {SUMS, pretrained.CONFIG, pretrained.WEIGHTS} <= found):
        others = sorted(found - FILES)
        raise ExportError(
            f"{out} holds {others[0] if others else 'no exported network'}, so it is not replaced. "
            "Name another folder."
        )


def stage(folder: Path, hearing: Hearing, config: Mapping[str, Any]) -> dict[str, Any]:
    """Write weights and config; return the config, with the sha256 of the weights."""
    (folder / pretrained.WEIGHTS).write_bytes(serialized(hearing.network.state_dict()))
    config = {**config, DIGEST: digest_of(folder / pretrained.WEIGHTS)}
    (folder / pretrained.CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    return config


class Programs(NamedTuple):
    """What was written: each file's input, the layers, and why the waveform has no ONNX, "" if it has."""

    files: dict[str, str]
    layers: list[str]
    why: str


def programs(folder: Path, hearing: Hearing, with_onnx: bool) -> Programs:
    """Write the programs; raises ExportError or OnnxError."""
    layers = write_program(folder / PROGRAM, hearing)
    files, why = {PROGRAM: onnx.WAVEFORM}, ""
    if with_onnx:
        try:
            onnx.write_from_waveform(folder / FROM_WAVEFORM, hearing)
            files[FROM_WAVEFORM] = onnx.WAVEFORM
        except PlainError as error:
            why = str(error)
        onnx.write_from_cochleagram(folder / FROM_COCHLEAGRAM, hearing)
        files[FROM_COCHLEAGRAM] = COCHLEAGRAM
    return Programs(files, layers, why)


def readme(
    name: str, of: str, folder: Path, hearing: Hearing, config: Mapping[str, Any], made: Programs, clips: str,
    errors: list[measure.Error], card: str,
) -> str:  # fmt: skip
    """Return the README of a folder; every number in it was measured, or is read from the config.

    of : the network, for a reader;  clips : what `errors` were measured on
    """
    sound, network = hearing.sound, hearing.params.network
    shape = f"{sound.samples}" if sound.channels == 1 else f"{sound.channels}, {sound.samples}"
    return environment(Path(__file__).parent).get_template("readme.md.jinja").render(
        name=name, of=of, batch=LARGEST_BATCH, version=metadata.version("heschl"),
        torch=metadata.version("torch").split("+")[0],
        sound=sound, shape=shape, axes="samples" if sound.channels == 1 else "ears, samples",
        tasks=list(hearing.labels), cochleagram=", ".join(map(str, hearing.ear.shape)),
        classes={task: len(labels) for task, labels in hearing.labels.items()},
        layers=made.layers, unplain=made.why,
        onnx={file: kind for file, kind in made.files.items() if file.endswith(".onnx")},
        custom=network.module if isinstance(network, CustomNetwork) else "",
        clips=clips, errors=errors,
        sizes={file: f"{(folder / file).stat().st_size:,}" for file in made.files},
        sha256=config[DIGEST], card=card.partition("\n")[2].strip() if card else "",
    )  # fmt: skip


def without_commands(card: str) -> str:
    """Return a card without what it says about the project: how to use and to rebuild the network there.

    The weights are described in the README, since those of a card may be of another precision.
    """
    card = re.sub(r"^## How to (use|rebuild) it\n.*?(?=^## |\Z)", "", card, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^- weights: .*?`[0-9a-f]{64}`\n", "", card, flags=re.DOTALL | re.MULTILINE)


def sums(folder: Path) -> str:
    """Return the sha256 of every file but the README, as `sha256sum` writes them."""
    files = sorted(path for path in folder.iterdir() if path.name not in (SUMS, README))
    return "".join(f"{digest_of(path)}  {path.name}\n" for path in files)
