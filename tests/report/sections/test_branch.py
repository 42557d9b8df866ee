"""The section on branch points; the answers are SYNTHETIC."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from heschl.branch import measure
from heschl.branch.columns import ABOUT, ACCURACY, BEST, FOLDER, TRANSFER
from heschl.report import page
from heschl.report.searches import read_branch
from heschl.report.sections import branch as section
from heschl.report.text.words import percent
from heschl.search.columns import digest_of
from heschl.tables import write_csv, write_json
from tests.branch.test_measure import PARAMS, TRUTH, made
from tests.helpers.report_page import words


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tables of the experiment in the folder of searches, which stands for that of shards too."""
    place = tmp_path_factory.mktemp("search")
    (place / "index.json").write_text("{}")
    grid = made(place / "work", TRUTH)
    write_csv(place / FOLDER / ACCURACY, measure.accuracy(grid, PARAMS))
    write_csv(place / FOLDER / BEST, measure.best(grid, PARAMS))
    about = {"seeds": PARAMS.seeds, "epochs": 1, "confidence": 0.95, "shards_sha256": digest_of(place)}
    write_json(place / FOLDER / ABOUT, about)
    return place


def test_without_the_experiment_there_is_no_section(read, tmp_path):
    assert read_branch(tmp_path, tmp_path) is None
    assert "Where the branches should split" not in page.render(read)


def test_the_optimum_is_said_with_its_certainty(read, folder):
    said = words(page.render(replace(read, branch=read_branch(folder, folder))))
    assert "With the same layers, accuracy is highest with a branch point after conv2:" in said
    assert "in 100 % the best one is neither the input nor fc" in said
    assert "with 5 seeds each, for 1 epochs. Accuracies below are means" in said
    assert "Intervals (95 %) cover both seeds and the sources" in said
    assert "used other data" not in said


def test_the_experiment_on_other_data_is_called_so(read, folder, tmp_path):
    (tmp_path / "index.json").write_text("[]")
    said = words(page.render(replace(read, branch=read_branch(folder, tmp_path))))
    assert "This experiment used other data than the rest of this page." in said


def test_the_figure_shows_the_table(folder):
    figure, values = section.content(read_branch(folder, folder)).figures["branch_points"]
    assert set(values.clips) == {"all"}
    for axes, task in zip(figure.axes, ("genre", "word"), strict=True):
        line = axes.lines[0]
        own = values[values.task == task].sort_values("shared")
        assert line.get_ydata() == pytest.approx(own.accuracy * 100)
        assert [label.get_text() for label in axes.get_xticklabels()] == list(TRUTH)


def test_significant_differences_have_a_star(folder):
    rows = section.content(read_branch(folder, folder)).context["rows"]
    starred = {row["after"]: [each.endswith("*") for each in row["differences"]] for row in rows}
    assert starred["conv2"] == [True, True]
    assert starred["input"] == [False, False]


def test_a_task_that_was_added_to_frozen_layers_has_a_sentence_and_a_figure(read, folder):
    found = read_branch(folder, folder)
    rows = found.accuracy[(found.accuracy.task == "genre") & (found.accuracy.form == "published")]
    shared = rows[rows.shared < 3].assign(form="frozen", moved="genre", accuracy=rows.accuracy - 0.1)
    deeper = rows[rows.shared == 3].assign(form="frozen word", moved="genre", accuracy=rows.accuracy - 0.2)
    with_frozen = replace(found, accuracy=pd.concat([found.accuracy, shared, deeper], ignore_index=True))
    said = words(page.render(replace(read, branch=with_frozen)))
    own = rows[rows.clips == "all"].set_index("after").accuracy
    assert f"A separate network names {_plain(own['input'] - 0.1)}" in said
    assert f"(up to conv2) name {_plain(own['conv2'] - 0.1)}" in said
    assert f"Trained jointly with the other tasks and the same branch point: {_plain(own['conv2'])}" in said
    assert f"After the frozen layers of word up to fc: {_plain(own['fc'] - 0.2)}" in said
    figure, values = section.content(with_frozen).figures["pathway_genre"]
    assert set(values.form) == {"published", "matched", "frozen", "frozen word"} - {"matched"}
    assert figure.axes[0].get_ylabel() == "genre (%)"


def test_tables_with_networks_without_a_difference_and_tasks_without_a_readout(read, folder, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    table = pd.read_csv(folder / FOLDER / ACCURACY)
    differences = [name for name in table if name.startswith("difference")]
    base = table[table.after == "input"].assign(form="base", moved="where", **dict.fromkeys(differences))
    moved = table[table.task == "genre"].assign(task="where", moved="where", accuracy=table.accuracy / 2)
    write_csv(tmp_path / FOLDER / ACCURACY, pd.concat([table, base, moved], ignore_index=True))
    layer = {"seed": 1, "depth": 1, "value": 0.5, "chance": 0.1, "layer": "conv"}
    told = [layer | {"branch": a, "readout": b} for a in ("word", "genre") for b in ("word", "genre")]
    write_csv(tmp_path / FOLDER / TRANSFER, pd.DataFrame(told))
    found = section.content(read_branch(tmp_path, folder))
    assert [each["task"] for each in found.context["transfers"]] == ["genre", "word"]
    assert len(found.figures["transfer"].figure.axes) == 2


def _plain(share):
    return percent(share).replace("\u202f", " ")
