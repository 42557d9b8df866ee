"""The section on metamers; the values are SYNTHETIC."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline import tables
from pipeline.metamers.columns import ABOUT, FOLDER, METAMER, METAMERS, NULL, PAIRS
from pipeline.metamers.results import read_metamers
from pipeline.metamers.similarity import MEASURES
from pipeline.report import page
from pipeline.report.sections import metamers as section
from tests.helpers.report_page import words

LAYERS = {"conv1": 24.0, "word.fc5": 3.0}  # SNR of the cochleagrams, dB


@pytest.fixture
def folder(tmp_path, read):
    same = {
        "place": 0, "sound": "word-01", "key": "test-0000001", "task": "word", "label": "music",
        "answer": "music", "same": 1, "accepted": 1, "distance": 0.01, "spearman": 0.99, "pearson": 0.99,
        "snr_db": 40.0, "waveform_snr_db": -3.0,
    }  # fmt: skip
    rows = [same | {"layer": layer, "cochleagram_snr_db": snr} for layer, snr in LAYERS.items()]
    rows[1] |= {"accepted": 0}
    null = [
        {"layer": layer, "measure": measure, "pairs": 100128, "median": 0.1, "high": 0.8}
        for layer in LAYERS
        for measure in MEASURES
    ]
    tables.write_csv(tmp_path / FOLDER / METAMERS, pd.DataFrame(rows)[list(METAMER)])
    tables.write_csv(tmp_path / FOLDER / NULL, pd.DataFrame(null)[list(PAIRS)])
    about = {"network": "models/network (run 12345678)", "run_id": read.network.run_id}
    tables.write_json(tmp_path / FOLDER / ABOUT, about)
    return tmp_path


def test_without_metamers_there_is_no_section(read, tmp_path):
    assert read_metamers(tmp_path) is None
    assert "cannot tell apart" not in page.render(read)


def test_what_was_found_is_said(read, folder):
    said = words(page.render(replace(read, metamers=read_metamers(folder))))
    assert "1 of 2 are metamers" in said
    assert "any of 100,128 pairs" in said
    assert "of conv1 differ from the natural ones by 24 dB (median SNR), those of word.fc5 by 3 dB" in said
    assert "0.990 (0.800)" in said
    assert "made with another network" not in said


def test_those_of_another_network_are_called_so(read, folder):
    about = tables.read_json(folder / FOLDER / ABOUT) | {"run_id": "other"}
    tables.write_json(folder / FOLDER / ABOUT, about)
    said = words(page.render(replace(read, metamers=read_metamers(folder))))
    assert "made with another network than that of this page, models/network (run 12345678)." in said


def test_the_figure_shows_the_table(folder):
    figure, values = section.content(read_metamers(folder), "").figures["metamers"]
    points, medians = figure.axes[0].lines
    assert points.get_ydata().tolist() == values.cochleagram_snr_db.tolist() == list(LAYERS.values())
    assert medians.get_ydata().tolist() == list(LAYERS.values())
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == list(LAYERS)
