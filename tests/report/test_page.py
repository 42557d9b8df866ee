"""The page holds everything, loads nothing, believes no label, and has a section per entry in SECTIONS."""

import itertools
import json
from dataclasses import replace

import pandas as pd
import pytest

from heschl.report import examples, page
from heschl.report.figures import files
from heschl.report.section import Content, Section
from tests.helpers.report_page import EVIL, LABELS, Page, changed, rows_of, words


def test_page_is_whole_and_loads_nothing(html):
    found = Page(html)
    loads = [
        attrs[key]
        for _, attrs in found.tags
        for key in ("src", "href", "xlink:href", "srcset", "data")
        if key in attrs
    ]
    assert len(loads) > 10
    assert all(load.startswith(("#", "data:")) for load in loads)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in found.tags}
    assert "default-src 'none'" in found.all("meta")[3]["content"]
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {load[1:] for load in loads if load.startswith("#")} <= set(ids)


def test_page_shows_each_input(html):
    found, text = Page(html), words(html)
    for each in (
        "0123abcd",
        "make ui",
        "espeak1.5",
        "seed: 1",
        "All sounds of this run are synthetic.",
        "heschl experiment",
    ):
        assert each in text
    assert rows_of(html, "Accuracy on the word")[0] == ["none (clean)", "80\u202f% 75–85\u202f%"]
    assert len(found.all("audio")) == len([attrs for attrs in found.all("img")]) == 5
    assert all(attrs["alt"] for attrs in found.all("img"))
    assert all(attrs["aria-label"] for attrs in found.figures())
    assert all(attrs["aria-label"] for attrs in found.all("audio"))


def test_headings_are_in_order_and_sections_linked(html):
    found = Page(html)
    levels = [int(tag[1]) for tag, _ in found.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    sections = [attrs["id"] for attrs in found.all("section")]
    first, *linked = [attrs["href"][1:] for attrs in found.all("a")]
    assert first == "replicate"  # of the note on trainings; the others are the list of sections
    assert sections == linked
    assert all(attrs["tabindex"] == "0" for tag, attrs in found.tags if attrs.get("class") == "scroll")


def test_page_of_recordings_does_not_say_synthetic(read):
    provenance = {**read.corpus.provenance, "source": "recordings"}
    recorded = {"provenance": provenance, "quarantine": read.corpus.quarantine[:0]}
    text = page.render(replace(changed(read, corpus=recorded), examples=examples.Examples()))
    assert "synthetic" not in text.lower()
    assert all(each in text for each in ("No recording was left out", "made without clips"))


def test_one_task_without_control(read):
    metrics = {key: read.behavior.metrics[key] for key in ("genre", "summary", "chance")}
    labels = {"genre": read.network.labels["genre"]}
    html = page.render(
        changed(read, behavior={"metrics": metrics}, network={"labels": labels}, examples={"hardest": ()})
    )
    found = Page(
        html[: html.index('id="decode"')].rpartition("<")[0] + html[html.index('<section id="runs"') :]
    )
    assert len(found.all("audio")) == 2
    assert not any("word" in attrs["aria-label"].lower() for attrs in found.figures())


def test_a_page_that_is_too_long_says_what_to_lower(read):
    with pytest.raises(
        page.ReportError,
        match=r"the page is 0\.\d MB \(limit: 0\.1 MB\), mostly its 5 clips.*"
        "Lower report.examples and report.hardest",
    ):
        page.render(changed(read, network={"labels": {"word": LABELS["word"]}}), limit=100_000)


def test_labels_and_paths_are_text(html):
    found = Page(html)
    assert all(attrs["src"].startswith("data:") for attrs in found.all("img"))
    assert not any("onerror" in attrs for _, attrs in found.tags)
    assert (
        sum(EVIL in data for data in found.text) >= 9
    )  # label, answer, provenance, file, params, confusions


def test_page_repeats(read, html):
    assert page.render(read) == html


def test_figures_are_saved_by_name(read, tmp_path):
    paths = files.save(page.figures(page.contents(read)), tmp_path / "figures")
    curves = ["in_noise", "panels", "thresholds"]
    noise = [f"{name}_{each}" for name in ("word", "genre", "genre_2") for each in curves]
    layers = ["decode", "encode_r2", "encode_best_layers", "encode_similarity", "encode_matrices"]
    confusions, training = (
        ["word_confusions", "genre_confusions"],
        ["loss", "word_training", "genre_training"],
    )
    assert [path.stem for path in paths] == [*noise, *confusions, *layers, *training, "word_silenced"]
    begins = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    for path in paths:
        assert all(path.with_suffix(kind).read_bytes().startswith(sign) for kind, sign in begins.items())
        assert len(pd.read_csv(path.with_suffix(".csv"))) > 0


def test_every_section_has_a_module_and_a_template_of_its_name():
    folder = page.FOLDERS[1]
    names = {section.name for section in (page.HEADLINE, *page.SECTIONS)}
    assert {path.stem for path in folder.glob("[!_]*.py")} == names
    assert {path.name.removesuffix(".html.jinja") for path in folder.glob("*.jinja")} == names


def test_a_section_is_added_by_a_template_and_an_entry(read, tmp_path, monkeypatch):
    (tmp_path / "toy.html.jinja").write_text("<p>{{ clips }} clips of {{ label }}</p>")
    context = {"clips": len(read.behavior.clips), "label": EVIL}
    toy = Section("toy", "A toy", lambda inputs: Content(context))
    empty = Section("empty", "Nothing", lambda inputs: None)
    monkeypatch.setattr(page, "SECTIONS", (empty, toy))
    monkeypatch.setattr(page, "FOLDERS", [*page.FOLDERS, tmp_path])
    html = page.render(read)
    assert '<a href="#toy">A toy</a>' in html
    assert f"A toy 56 clips of {EVIL}" in words(html)
    assert "empty" not in page.contents(read)


def test_a_third_task_and_a_new_background_appear_without_an_edit(read):
    """Give the task genre another name, the background scene another kind."""
    behavior = vars(read.behavior)
    renamed = {
        name: table.replace({"task": {"genre": "tempo"}, "background": {"scene": "rain"}})
        for name, table in behavior.items()
        if hasattr(table, "columns")
    }
    metrics = json.loads(json.dumps(behavior["metrics"]).replace("genre", "tempo"))
    confusions = behavior["confusions"] | {"tempo": behavior["confusions"]["genre"]}
    changes = {**renamed, "metrics": metrics, "confusions": confusions, "answers": {}}
    labels = {"word": read.network.labels["word"], "tempo": read.network.labels["genre"]}
    html = page.render(changed(read, behavior=changes, network={"labels": labels}, examples={"clips": ()}))
    assert "the tempo in 70 % of clean clips" in words(html).replace("\u202f", " ")
    assert rows_of(html, "Thresholds of the tempo")[0][0] == "rain"
