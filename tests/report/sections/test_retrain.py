"""The section on networks trained in full; the answers are SYNTHETIC."""

from dataclasses import replace

import pytest

from heschl.report import page
from heschl.report.searches import read_retrain
from heschl.report.sections import retrain as section
from heschl.retrain import output
from heschl.retrain.columns import FOLDER
from heschl.search.columns import digest_of
from tests.helpers.report_page import words
from tests.retrain.test_output import PARAMS, TRUTH, made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tables in the folder of searches, which stands for that of shards too."""
    place = tmp_path_factory.mktemp("search")
    (place / "index.json").write_text("{}")
    (place / "params.yaml").write_text("network: params.yaml")
    table, grid = made(place / "work")
    output.write(table, grid, PARAMS, digest_of(place), place / FOLDER)
    return place


def test_without_trainings_there_is_no_section(read, tmp_path):
    assert read_retrain(tmp_path, tmp_path, tmp_path) is None
    assert "side by side" not in page.render(read)


def test_what_is_better_is_said_and_at_what_cost(read, folder):
    said = words(page.render(replace(read, retrain=read_retrain(folder, folder, folder / "params.yaml"))))
    assert "5 seeds each" in said
    assert "with 110 % of the parameters and 105 % of the multiplications of" in said
    verdicts = section.content(read_retrain(folder, folder, folder / "params.yaml")).context["verdicts"]
    assert [each["network"] for each in verdicts] == ["better.yaml", "same.yaml"]
    assert all(" better, +" in task for task in verdicts[0]["tasks"])
    assert all(" not shown to differ, " in task for task in verdicts[1]["tasks"])
    assert "trained on other data" not in said


def test_networks_on_other_data_are_called_so(read, folder, tmp_path):
    (tmp_path / "index.json").write_text("[]")
    said = words(page.render(replace(read, retrain=read_retrain(folder, tmp_path, folder / "params.yaml"))))
    assert "They were trained on other data than this page." in said


def test_a_later_change_of_the_network_of_params_is_said(read, folder, tmp_path):
    said = words(page.render(replace(read, retrain=read_retrain(folder, folder, folder / "params.yaml"))))
    assert "has another network by now" not in said
    (tmp_path / "params.yaml").write_text("network: another")
    found = read_retrain(folder, folder, tmp_path / "params.yaml")
    assert "has another network by now" in words(page.render(replace(read, retrain=found)))


def test_the_figure_shows_the_table(folder):
    figure, values = section.content(read_retrain(folder, folder, folder / "params.yaml")).figures["retrain"]
    for axes, task in zip(figure.axes, ("genre", "word"), strict=True):
        own = values[values.task == task].set_index("network").loc[list(TRUTH)]
        assert axes.lines[0].get_xdata() == pytest.approx(own.accuracy * 100)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(TRUTH)
