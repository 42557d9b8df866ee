"""The section on metamers; the values are SYNTHETIC."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heschl import tables
from heschl.metamers.columns import (
    ABOUT,
    FOLDER,
    LISTENERS,
    METAMER,
    METAMERS,
    NULL,
    PAIRS,
    RECOGNIZED,
)
from heschl.metamers.results import read_metamers
from heschl.metamers.similarity import MEASURES
from heschl.report import page
from heschl.report.sections import metamers as section
from tests.helpers.report_page import rows_of, words

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


def test_what_listeners_recognized_is_shown_beside_published_values(read, folder):
    shares = {"natural": 0.9, "conv1": 0.8, "word.fc5": np.nan}
    rows = [
        {
            "task": "word", "layer": layer, "rank": rank, "sounds": 4, "listeners": 7, "participants": 7,
            "trials": 28,
            "left_out": 0, "recognized": share,
            "recognized_low": share - 0.05, "recognized_high": share + 0.05,
        }
        for rank, (layer, share) in enumerate(shares.items())
    ]  # fmt: skip
    rows[2] |= {"trials": 0, "left_out": 28}
    tables.write_csv(folder / FOLDER / LISTENERS, pd.DataFrame(rows)[list(RECOGNIZED)])
    found = read_metamers(folder)
    html = page.render(replace(read, metamers=found))
    said = words(html)
    assert "Whether people recognize them is not known" not in said
    assert "Listeners (word: 7) heard natural sounds and metamers" in said
    _, conv1, fc5 = rows_of(html, "Share recognized by listeners")
    assert conv1 == ["word", "conv1", "28", "0", "80\u202f% 75–85\u202f%"]
    assert fc5 == ["word", "word.fc5", "0", "28", ""]
    figure, values = section.content(found, "").figures["recognized"]
    standard, adversarial, mine = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    assert standard.get_ydata()[0] == 0.82
    assert adversarial.get_ydata()[-1] == 0.20
    np.testing.assert_array_equal(mine.get_ydata().astype(float), values.recognized)
