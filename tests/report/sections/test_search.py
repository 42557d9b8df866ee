"""The section on a search; its trials are SYNTHETIC, with scores that follow from what they drew."""

from dataclasses import replace

import pandas as pd
import pytest

from heschl.report import page
from heschl.report.searches import read_search
from heschl.report.sections import search as section
from heschl.search import results
from heschl.search.columns import digest_of
from tests.helpers import searching
from tests.helpers.report_page import words


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """A folder with an index."""
    place = tmp_path_factory.mktemp("shards")
    (place / "index.json").write_text("{}")
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory, shards):
    """The tables of a finished search."""
    place = tmp_path_factory.mktemp("search")
    study = searching.study(place / "work")
    searching.work(study)
    results.write(study, digest_of(shards), place / "out")
    return place / "out"


def test_without_a_search_there_is_no_section(read, tmp_path):
    assert read_search(tmp_path, tmp_path) is None
    assert "Search for an architecture" not in page.render(read)


def test_the_section_says_what_was_searched(read, folder, shards):
    found = read_search(folder, shards)
    trials = pd.read_csv(folder / "trials.csv")
    complete = trials[trials.state == "complete"]
    said = words(page.render(replace(read, search=found)))
    refused = (trials.state == "not trained").sum()
    assert f"{len(trials)} networks were drawn (random), {len(trials) - refused} of them trained" in said
    assert f"and the best {len(complete)} of these for longer" in said
    assert "(1 and 2 and 4 epochs)" in said
    assert "seed 1" in said
    assert "made on other data" not in said
    best = complete.assign(mean=complete[["word_epoch4", "genre_epoch4"]].mean(axis=1)).nlargest(1, "mean")
    assert f"{int(best.trial.iloc[0])} (front)" in said


def test_a_search_on_other_data_is_called_so(read, folder, tmp_path):
    (tmp_path / "index.json").write_text("[]")
    said = words(page.render(replace(read, search=read_search(folder, tmp_path))))
    assert "The search was made on other data than this page." in said


def test_the_best_so_far_never_falls(folder, shards):
    content = section.content(read_search(folder, shards))
    drawn = content.figures["search_history"].values
    trials = pd.read_csv(folder / "trials.csv")
    scored = trials[["word_epoch1", "genre_epoch1"]].mean(axis=1).dropna()
    assert drawn.score.tolist() == pytest.approx(scored.tolist())
    assert drawn.best.tolist() == pytest.approx(scored.cummax().tolist())
    assert set(content.figures) == {"search_history", "search_cost", "search_importances"}


def test_the_front_is_drawn_apart(folder, shards):
    content = section.content(read_search(folder, shards))
    figure, shown = content.figures["search_cost"]
    trials = pd.read_csv(folder / "trials.csv")
    assert sorted(shown.trial) == sorted(trials.trial[trials.state == "complete"])
    for axes, name in zip(figure.axes, ("word", "genre"), strict=True):
        others, front = axes.lines
        assert sorted(front.get_ydata()) == pytest.approx(sorted(shown[name][shown.front] * 100))
        assert len(others.get_xdata()) + len(front.get_xdata()) == len(shown)
