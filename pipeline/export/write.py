"""Write the folder of an exported network, whole or not at all.

OUT/README.md               how to load it, how exact it is, and its card
    config.json             params, labels, sha256 of the weights
    weights.safetensors     plain tensors
    program.pt2             from the waveform to logits and activations: torch.export
    from_waveform.onnx      from the waveform to logits, where the ear has a plain form
    from_cochleagram.onnx   from the cochleagram to logits
    SHA256SUMS              of all files
"""

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline import pretrained
from pipeline.export import measure, onnx
from pipeline.export.plain import PlainError
from pipeline.export.program import write_program
from pipeline.network.custom import CustomNetwork
from pipeline.network.hearing import COCHLEAGRAM, Hearing
from pipeline.network.saved import DIGEST
from pipeline.network.tensors import serialized
from pipeline.network.weights import digest_of

README, PROGRAM, SUMS = "README.md", "program.pt2", "SHA256SUMS"
FROM_WAVEFORM, FROM_COCHLEAGRAM = "from_waveform.onnx", "from_cochleagram.onnx"


class ExportError(ValueError):
    """A folder that is not replaced; says why."""


def check_replaceable(out: Path) -> None:
    """Raise ExportError if a folder holds anything but an exported network."""
    if out.exists() and not (out.is_dir() and ((out / SUMS).is_file() or not any(out.iterdir()))):
        raise ExportError(
            f"{out} exists and is no exported network, so it is not replaced. Name another folder."
        )


def stage(folder: Path, hearing: Hearing, config: Mapping[str, Any]) -> dict[str, Any]:
    """Write weights and config; return the config, with the sha256 of the weights."""
    (folder / pretrained.WEIGHTS).write_bytes(serialized(hearing.network.state_dict()))
    config = {**config, DIGEST: digest_of(folder / pretrained.WEIGHTS)}
    (folder / pretrained.CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    return config


def programs(folder: Path, hearing: Hearing, with_onnx: bool) -> tuple[dict[str, str], str]:
    """Write the programs; return each file's input, and why the waveform has none in ONNX, "" if it has."""
    write_program(folder / PROGRAM, hearing)
    files, why = {PROGRAM: onnx.WAVEFORM}, ""
    if with_onnx:
        try:
            onnx.write_from_waveform(folder / FROM_WAVEFORM, hearing)
            files[FROM_WAVEFORM] = onnx.WAVEFORM
        except PlainError as error:
            why = str(error)
        onnx.write_from_cochleagram(folder / FROM_COCHLEAGRAM, hearing)
        files[FROM_COCHLEAGRAM] = COCHLEAGRAM
    return files, why


def readme(
    name: str, folder: Path, hearing: Hearing, config: Mapping[str, Any], files: Mapping[str, str], why: str,
    clips: str, errors: list[measure.Error], card: str,
) -> str:  # fmt: skip
    """Return the README of a folder; every number in it was measured, or is read from the config."""
    sound, network = hearing.sound, hearing.params.network
    shape = f"{sound.samples}" if sound.channels == 1 else f"{sound.channels}, {sound.samples}"
    return environment().get_template("readme.md.jinja").render(
        name=name, version=metadata.version("heschl"), torch=metadata.version("torch").split("+")[0],
        sound=sound, shape=shape, axes="samples" if sound.channels == 1 else "ears, samples",
        tasks=list(hearing.labels), quoted=[f'"{task}"' for task in hearing.labels],
        classes={task: len(labels) for task, labels in hearing.labels.items()},
        layer=next(iter(hearing.layers)), layers=[COCHLEAGRAM, *hearing.layers],
        onnx={file: kind for file, kind in files.items() if file.endswith(".onnx")}, unplain=why,
        custom=network.module if isinstance(network, CustomNetwork) else "",
        clips=clips, errors=errors, sizes={file: f"{(folder / file).stat().st_size:,}" for file in files},
        sha256=config[DIGEST], card=card.partition("\n")[2].strip() if card else "",
    )  # fmt: skip


def sums(folder: Path) -> str:
    """Return the sha256 of every file, as `sha256sum` writes them."""
    files = sorted(path for path in folder.iterdir() if path.name != SUMS)
    return "".join(f"{digest_of(path)}  {path.name}\n" for path in files)


def environment() -> Environment:
    """Return the templates."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # Markdown, not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
