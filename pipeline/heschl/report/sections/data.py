"""The data: where the recordings come from, which clips were made of them, and what was left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from heschl.corpus.remarks import look_alikes
from heschl.report.data_set import DataSet
from heschl.report.inputs import Corpus
from heschl.report.section import Content
from heschl.report.text.words import SOURCES, count, joined, plural
from heschl.tasks import TASKS

SHOWN = 50  # recordings left out that the page lists
LABELS = 20  # labels left out that the page names


def content(corpus: Corpus, labels: Mapping[str, Sequence[str]], data_set: DataSet | None = None) -> Content:
    """Return provenance, counts, labels and what was left out; labels : task -> labels."""
    context = {
        "text": corpus.provenance["text"],
        "tables": corpus.provenance["tables"],
        "sources": sources(corpus.provenance["tables"], corpus.synthetic).capitalize(),
        "corpora": corpus.provenance.get("corpora", []),
        "labels": labels,
        "data_set": data_set,
        "left_out": [
            *vocabulary(corpus.provenance),
            *left_out(corpus.provenance),
            *(f"{said}." for said in look_alikes(corpus.provenance)),
        ],
        "quarantine": corpus.quarantine.head(SHOWN).to_dict("records"),
        "quarantined": len(corpus.quarantine),
        "synthetic": corpus.synthetic,
    }
    return Content(context)


def sources(tables: Mapping[str, Mapping[str, Any]], synthetic: bool) -> str:
    """Return the sources of every table with their number: "60 voices of words, 320 songs, and 12 scenes"."""
    said = []
    for name, table in tables.items():
        number = sum(table["units"].values())
        single = name == "music" and number == table["rows"]  # each artist has one song
        noun = SOURCES.get(name, ("sources", "sources"))[synthetic or single]
        of = f" of {name}" if name in ("words", "talkers") else ""
        said.append(f"{count(number)} {noun.removesuffix('s') if number == 1 else noun}{of}")
    return joined(said)


def vocabulary(provenance: Mapping[str, Any]) -> list[str]:
    """Say how many words the rule of `corpus.vocabulary` keeps, if there is one."""
    found = provenance.get("vocabulary")
    return (
        [f"{count(found['kept'])} of {count(found['of'])} words kept (corpus.vocabulary)."] if found else []
    )


def left_out(provenance: Mapping[str, Any]) -> list[str]:
    """Say which labels were left out since too few sources have them; provenance : of the corpus."""
    said = []
    for name, labels in provenance.get("left_out", {}).items():
        if labels:
            task = next((each for each, task in TASKS.items() if task.table == name), name)
            people = "speakers" if name == "words" else "artists"
            shown = ", ".join(labels[:LABELS]) + (", …" if len(labels) > LABELS else "")
            noun = task if len(labels) == 1 else plural(task)
            said.append(
                f"{count(len(labels))} {noun} left out, with too few {people} (corpus.min_sources) or none in"
                f" a split: {shown}."
            )
    return said
