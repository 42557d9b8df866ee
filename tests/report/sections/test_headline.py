"""The first sentence says what the numbers say."""

from dataclasses import replace

from heschl.report import page
from heschl.report.sections import headline
from heschl.tracking import Origin
from tests.helpers.report_page import changed, people, words


def sentence_of(read):
    said = headline.sentence(read.network.labels, read.behavior.metrics, read.listeners)
    return " ".join(said.split())


def test_sentence(read):
    assert sentence_of(read) == (
        "This network names the word in 78 % of clean clips and in 52 % at +3 dB SNR (3 words, chance "
        "33.3 %); the genre in 70 % of clean clips and in 55 % at +3 dB SNR (2 genres, chance 50 %)."
    )


def at_chance(read, task, sources=12):
    found = {"at_chance": True, "p": 0.4, "top1": 0.06, "top1_low": 0.02, "top1_high": 0.12, "n": 100}
    found |= {"sources": sources, "chance": 0.05}
    return changed(read, behavior={"metrics": {**read.behavior.metrics, "at_chance": {task: found}}})


def test_a_task_at_chance_is_called_so_and_is_not_compared_with_listeners(read):
    said = sentence_of(at_chance(people(read, "published", "word"), "word"))
    assert said.startswith("This network names the genre in 70")
    assert "It does not name the word: it is at chance on clean clips (6" in said
    assert "correlates" not in said
    text = words(page.render(at_chance(read, "word")))
    assert text.count("For the word, this network is at chance") == 2  # at the top, and where accuracies are


def test_a_test_split_with_one_speaker_is_said(read):
    text = words(page.render(at_chance(read, "word", sources=1)))
    assert "All test clips of the word come from one voice" in text


def test_the_first_screen_has_the_curve_of_words_and_where_the_network_comes_from(read):
    origin = Origin(1_795_895_600_383, 156.3, "be7ca3fb9bc5a695", True, "AMD EPYC")
    html = page.render(replace(read, origin=origin))
    top = html[: html.index("<nav")]
    assert "Accuracy on the word against SNR" in top
    text = words(top + "</header></main></body></html>")
    for said in ("2026-11-28 19:53 UTC", "2 min 36 s", "AMD EPYC", "be7ca3fb9b with uncommitted changes"):
        assert said in text
    assert "the MLflow store lacks this run" in words(page.render(read)).replace("The", "the")
