"""What was left out is said, and songs are not called artists."""

from pipeline.report.sections import data
from tests.helpers.report_page import changed, words


def tables(rows):
    counts = {"files": rows, "hours": 1.0, "units": {"train": 224, "validation": 32, "test": 64}}
    return {"music": counts | {"rows": rows}}


def test_320_songs_of_as_many_artists_are_songs():
    assert data.sources(tables(320), synthetic=True) == "320 songs"
    assert data.sources(tables(320), synthetic=False) == "320 songs"
    assert data.sources(tables(900), synthetic=False) == "320 artists"


def test_labels_left_out_and_notes_are_in_the_page(read):
    from pipeline.report import page

    notes = ["Rows of the word \u201cYes\u201d and \u201cyes\u201d differ only in case."]
    provenance = read.corpus.provenance | {
        "left_out": {"words": ["zebra", "yak"], "music": []},
        "notes": notes,
    }
    text = words(page.render(changed(read, corpus={"provenance": provenance})))
    assert (
        "2 words left out, with too few speakers (corpus.min_sources) or none in a split: zebra, yak." in text
    )
    assert notes[0] in text
