"""What was left out is said, and songs are not called artists."""

from heschl.report import page
from heschl.report.sections import data
from tests.helpers.report_page import changed, rows_of, words


def tables(rows):
    counts = {"files": rows, "hours": 1.0, "units": {"train": 224, "validation": 32, "test": 64}}
    return {"music": counts | {"rows": rows}}


def test_320_songs_of_as_many_artists_are_songs():
    assert data.sources(tables(320), synthetic=True) == "320 songs"
    assert data.sources(tables(320), synthetic=False) == "320 songs"
    assert data.sources(tables(900), synthetic=False) == "320 artists"


def test_public_corpora_are_named_with_their_licenses(read):
    named = {
        "name": "librispeech",
        "title": "LibriSpeech (2015)",
        "license": "CC BY 4.0",
        "origin": "https://www.openslr.org/12",
        "tables": ["words", "talkers"],
    }
    provenance = read.corpus.provenance | {"corpora": [named], "vocabulary": {"of": 9000, "kept": 587}}
    html = page.render(changed(read, corpus={"provenance": provenance}))
    assert rows_of(html, "Public corpora") == [
        ["LibriSpeech (2015)", "words, talkers", "CC BY 4.0", "https://www.openslr.org/12"]
    ]
    assert "587 of 9 000 words kept (corpus.vocabulary)." in words(html)
    assert "Public corpora" not in page.render(read)


def test_labels_left_out_and_look_alikes_are_in_the_page(read):
    provenance = read.corpus.provenance | {
        "left_out": {"words": ["zebra", "yak"], "music": []},
        "alike": {"words": [["Yes", "yes"]]},
        "joined": [{"unit": "speaker", "of": ["007", "7"], "files": []}],
    }
    text = words(page.render(changed(read, corpus={"provenance": provenance})))
    assert (
        "2 words left out, with too few speakers (corpus.min_sources) or none in a split: zebra, yak." in text
    )
    assert "words: labels that differ only in case, spaces or the like: 'Yes' and 'yes'." in text
    assert "one speaker spelled in several ways: '007' and '7'." in text
