"""The data set in the words of Croissant: what it holds, and how to read it.

clips       a row of the mixtures table for each clip
waveforms   key and wav file of each clip, from the tars
splits      how many clips each has

Format: https://docs.mlcommons.org/croissant
"""

import datetime
import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from heschl import work
from heschl.network.weights import digest_of
from heschl.release.sources import Source
from heschl.shards.index import read_index

TABLE, TARS = "mixtures.parquet", "sounds"  # ids of distributions
PAPER = "Kell, Yamins, Shook, Norman-Haignere & McDermott (2018), Neuron 98(3), 630-644.e16"
ABOUT = {
    "key": "name of the clip",
    "split": "training, validation or test",
    "task": "the task that the clip is a target of",
    "source": "speaker or artist of the target",
    "background": "kind of background, or clean",
    "snr_db": "rms of the target re that of the background, dB; empty if clean",
    "level_db": "rms of the mixture re full scale, dB",
}


class CroissantError(ValueError):
    """A package that is missing, or a file that is out of place; says the remedy."""


def describe(
    shards: Path, table: Path, provenance: Mapping[str, Any], sources: Sequence[Source], name: str, url: str,
    root: Path,
) -> dict[str, Any]:  # fmt: skip
    """Return the data set as JSON-LD.

    shards, table, provenance : what the stages `shards`, `mixtures` and `corpus` wrote
    sources : of the recordings, none if they are synthetic
    url     : of the folder that is published, or ""; the files are named relative to it
    root    : that folder here
    raises  : CroissantError without mlcroissant, or for files outside of `root`; ShardError
    """
    mlc = _library()
    index = read_index(shards)
    files = [
        mlc.FileObject(
            id=TABLE, name=TABLE, content_url=_place(table, root, url), sha256=digest_of(table),
            content_size=f"{table.stat().st_size} B", encoding_formats=["application/x-parquet"],
            description="A row for each clip, with every choice made for it.",
        )
    ]  # fmt: skip
    for split in index["splits"].values():
        files += [
            mlc.FileObject(
                id=entry["file"], name=entry["file"], content_url=_place(shards / entry["file"], root, url),
                sha256=entry["sha256"], content_size=f"{entry['bytes']} B",
                encoding_formats=["application/x-tar"],
            )
            for entry in split["shards"]
        ]  # fmt: skip
    tars = [each.id for each in files[1:]]
    files.append(
        mlc.FileSet(
            id=TARS, name=TARS, contained_in=tars, encoding_formats=["audio/x-wav"], includes=["*.wav"],
            description=_sound(index),
        )
    )  # fmt: skip
    made = mlc.Metadata(
        name=name, url=url or None, version=metadata.version("heschl"), distribution=files,
        description=_description(index, provenance), record_sets=_records(mlc, index, table),
        license=sorted({each.license for each in sources}) or None,
        cite_as="; ".join([*dict.fromkeys(each.attribution for each in sources), PAPER]),
        date_published=datetime.date.today().isoformat(),
        keywords=["auditory", "speech", "music", "noise", "cochleagram"],
        data_collection=provenance["text"],
    )  # fmt: skip
    return made.to_json()


def write(path: Path, described: Mapping[str, Any]) -> None:
    """Write the description, and check it: raises mlcroissant's ValidationError if it is not valid."""
    logging.getLogger("absl").setLevel(logging.ERROR)  # of what is recommended
    with work.replacing(path, "w") as file:
        json.dump(described, file, indent=1, default=str)
        file.write("\n")
        file.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries about each other
            _library().Dataset(jsonld=file.name)


def _records(mlc: Any, index: Mapping[str, Any], table: Path) -> list[Any]:
    schema = parquet.read_schema(table)
    columns = [_column(mlc, schema.field(name), index) for name in schema.names]
    key = mlc.Field(
        id="waveforms/key", name="key", data_types=mlc.DataType.TEXT,
        description="of the clip, as in clips/key",
        source=mlc.Source(
            file_set=TARS, extract=mlc.Extract(file_property=mlc.FileProperty.filename),
            transforms=[mlc.Transform(regex="^(.*)[.]wav$")],
        ),
    )  # fmt: skip
    sound = mlc.Field(
        id="waveforms/sound", name="sound", data_types=mlc.DataType.AUDIO_OBJECT,
        source=mlc.Source(file_set=TARS, extract=mlc.Extract(file_property=mlc.FileProperty.content)),
    )  # fmt: skip
    counts = [
        {"splits/name": name, "splits/clips": split["clips"]} for name, split in index["splits"].items()
    ]
    fields = [
        mlc.Field(id="splits/name", name="name", data_types=mlc.DataType.TEXT),
        mlc.Field(id="splits/clips", name="clips", data_types=mlc.DataType.INTEGER),
    ]
    return [
        mlc.RecordSet(id="splits", name="splits", key="splits/name", fields=fields, data=counts),
        mlc.RecordSet(id="clips", name="clips", key="clips/key", fields=columns),
        mlc.RecordSet(id="waveforms", name="waveforms", fields=[key, sound]),
    ]


def _column(mlc: Any, field: pa.Field, index: Mapping[str, Any]) -> Any:
    several = pa.types.is_list(field.type)
    kind = _kind(field.type.value_type if several else field.type)
    of_task = field.name in index["labels"]
    about = f"label of the task {field.name}" if of_task else ABOUT.get(field.name)
    return mlc.Field(
        id=f"clips/{field.name}", name=field.name, data_types=getattr(mlc.DataType, kind),
        description=about, repeated=several or None,
        references=mlc.Source(field="splits/name") if field.name == "split" else None,
        source=mlc.Source(file_object=TABLE, extract=mlc.Extract(column=field.name)),
    )  # fmt: skip


def _kind(of: pa.DataType) -> str:
    if pa.types.is_floating(of):
        return "FLOAT"
    return "INTEGER" if pa.types.is_integer(of) else "TEXT"


def _description(index: Mapping[str, Any], provenance: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{split['clips']:,} in {name}" for name, split in index["splits"].items())
    tables = "; ".join(
        f"{name}: {each['files']:,} recordings, {each['hours']:.2f} hours"
        for name, each in provenance["tables"].items()
    )
    labels = "; ".join(f"{task}: {', '.join(names)}" for task, names in index["labels"].items())
    return (
        f"Clips of {index['sound']['clip_s']:g} s, targets in background noise ({counts}). "
        f"{provenance['text']} Recordings: {tables}. No speaker, artist or scene source is in two splits. "
        f"Labels: {labels}."
    )


def _sound(index: Mapping[str, Any]) -> str:
    sound = index["sound"]
    apart = [name for name, split in index["splits"].items() if split["parts"] > 1]
    text = f"16-bit wav files of {sound['sample_rate']} Hz, named by the key of the clip."
    if apart:
        text += f" In {', '.join(apart)} a file holds the target and then the background, to be mixed anew."
    return text


def _place(path: Path, root: Path, url: str) -> str:
    if not path.resolve().is_relative_to(root.resolve()):
        raise CroissantError(
            f"{path} is not below {root}. Write the description into a folder above it: --out."
        )
    relative = path.resolve().relative_to(root.resolve()).as_posix()
    return f"{url.rstrip('/')}/{relative}" if url else relative


def _library() -> Any:
    try:
        import mlcroissant
    except ImportError as error:
        raise CroissantError(f"{error.name} is not installed: pip install '.[export]'.") from None
    return mlcroissant
