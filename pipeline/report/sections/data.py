"""The recordings: where they come from, how many there are, and those left out."""

from collections.abc import Mapping, Sequence

from pipeline.report.inputs import Corpus
from pipeline.report.section import Content

SHOWN = 50  # quarantined recordings that the page lists


def content(corpus: Corpus, labels: Mapping[str, Sequence[str]]) -> Content:
    """Return provenance, counts, labels and quarantine; labels : task -> labels."""
    context = {
        "text": corpus.provenance["text"],
        "tables": corpus.provenance["tables"],
        "labels": labels,
        "quarantine": corpus.quarantine.head(SHOWN).to_dict("records"),
        "quarantined": len(corpus.quarantine),
        "synthetic": corpus.synthetic,
    }
    return Content(context)
