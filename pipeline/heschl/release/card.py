"""The card of a released network: a template, filled from config, metrics, provenance and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from heschl import tables, tracking
from heschl.mixtures.row import CLEAN
from heschl.release import figures, recipe
from heschl.release.checks import SYNTHETIC
from heschl.release.sources import Source, noncommercial
from heschl.report.text import words
from heschl.tasks import TASKS, named

TEMPLATE = "card.md.jinja"
MARKS = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "*": "\\*", "_": "\\_", "`": "\\`", "\n": " "})


@dataclass(frozen=True, eq=False)
class Release:
    """What a card is filled from.

    name       : of the network
    config     : of the network; bytes : of its weights on disk, of numbers of `bits` bits
    params     : all of params.yaml
    provenance : of the corpus; sources : of its recordings, none if it is synthesized
    metrics    : folder
    checked    : number of test clips that the released weights answered as the metrics say; 0: not tried
    origin     : of the training, if its run is known
    """

    name: str
    config: Mapping[str, Any]
    bytes: int
    bits: int
    params: Mapping[str, Any]
    provenance: Mapping[str, Any]
    sources: Sequence[Source]
    metrics: Path
    checked: int = 0
    origin: tracking.Origin | None = None


def render(release: Release) -> str:
    """Return the card as Markdown; every number in it is read from a file."""
    return environment().get_template(TEMPLATE).render(context(release))


def context(release: Release) -> dict[str, Any]:
    """Return the variables of the template."""
    behavior = tables.read_json(release.metrics / "behavior.json")
    about = tables.read_json(release.metrics / "encode.json")
    labels = {task: named(names) for task, names in release.config["labels"].items()}
    synthetic = release.provenance["source"] == SYNTHETIC
    return {
        "release": release,
        "version": metadata.version("heschl"),
        "labels": labels,
        "corpus": anywhere(release.provenance["text"], release.params["corpus"]["folder"]),
        "restricted": noncommercial(release.sources),
        "synthetic": synthetic,
        "held_out": words.sources(labels, synthetic),
        "confidence": release.params["behavior"]["confidence"],
        "accuracy": {task: figures.accuracy(behavior, task) for task in labels},
        "thresholds": {task: figures.thresholds(release.metrics / "thresholds.csv", task) for task in labels},
        "listeners": figures.listeners(behavior, list(labels)),
        "controls": figures.controls(behavior),
        "encode": figures.encode(about),
        "summary": figures.summary(release.metrics / "summary.json", about.get("simulated", True)),
        "seeds": figures.seeds(release.metrics / "replicate"),
        "backgrounds": [words.background(kind) for kind in _tested(behavior, labels)],
        "isolated": isolated(release.provenance),
        "sequence": release.params["mixtures"]["sequence"],
        "preset": recipe.preset(release.params, f"The params of {release.name}"),
    }


def _tested(behavior: Mapping[str, Any], tasks: Mapping[str, Any]) -> list[str]:
    """Return the kinds of background in which the network was tested, each once."""
    return list(dict.fromkeys(kind for task in tasks for kind in behavior[task] if kind != CLEAN))


def anywhere(text: str, folder: str) -> str:
    """Return a text about a corpus without the place of its folder, which is that of one machine."""
    return text.replace(str(folder), "corpus.folder") if folder else text


def isolated(provenance: Mapping[str, Any]) -> bool:
    """Return whether each word of the corpus is a recording of its own."""
    table = provenance["tables"].get(TASKS["word"].table, {"rows": 0, "files": 1})
    return table["rows"] == table["files"]


def environment(folder: Path = Path(__file__).parent) -> Environment:
    """Return the templates of a folder; a user's text goes through the filter `cell`, or `tojson` in code.

    `cell` escapes Markdown and HTML.
    """
    found = Environment(
        loader=FileSystemLoader(folder),
        autoescape=False,  # Markdown, not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {each.__name__: each for each in (cell, words.count, words.joined, words.plural)}
    found.filters["percent"] = words.percent
    return found


def cell(value: object) -> str:
    """Return a text as one line of Markdown that shows it as it is, also within a table."""
    return str(value).translate(MARKS)
