"""What was left out is said, and songs are not called artists."""

import json
from dataclasses import replace

import pytest

from heschl.report import page
from heschl.report.data_set import read_data_set, snrs
from heschl.report.sections import data
from heschl.shards.index import INDEX, digest_of
from heschl.shards.read import Shards
from heschl.tasks import is_null
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


@pytest.fixture
def described(shard_folder, tmp_path):
    """A folder with the index of small shards, made with params that say how clips were drawn."""
    values = json.loads((shard_folder / INDEX).read_text())
    draw = {"snr_db": {"low": -9.0, "high": 9.0}, "backgrounds": ["music", "scene", "music"]}
    rules = {"train": draw, "validation": draw | {"backgrounds": []}, "test": {"snr_db": [-3.0, 0.0, 2.5]}}
    values["params"] = {
        "mixtures": {"backgrounds": ["scene", "babble2"]} | rules,
        "shards": {"remix": True},
    }
    (tmp_path / INDEX).write_text(json.dumps(values | {"digest": digest_of(values)}))
    return tmp_path


def test_the_data_card_counts_the_clips_of_each_split(read, described, shard_folder):
    found = read_data_set(described)
    html = page.render(replace(read, data_set=found))
    drawn = [("−9 to 9", "music, scene"), ("−9 to 9", "scene, babble2"), ("−3, 0, 2.5", "scene, babble2")]
    for row, split, said in zip(
        rows_of(html, "The clips"), ("train", "validation", "test"), drawn, strict=True
    ):
        shards = Shards.open(shard_folder, split)
        counts = [
            sum(not is_null(shards.labels[task][each]) for each in shards.targets[task])
            for task in read.network.labels
        ]
        assert row == [split, str(len(shards)), *map(str, counts), *said]
    assert found.digest[:12] in html
    assert "Training mixes its targets and backgrounds anew in every epoch." in words(html)
    assert "heschl croissant" in html


def test_without_shards_there_is_no_card(read, tmp_path):
    assert read_data_set(tmp_path) is None
    assert "The clips" not in page.render(read)


def test_snrs_are_said_as_a_range_or_a_list():
    assert snrs({"low": -9.0, "high": 9.0}) == "−9 to 9"
    assert snrs([-3.0, 0.0, 2.5]) == "−3, 0, 2.5"
