"""The section on robustness; the values and sounds are SYNTHETIC."""

import base64
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heschl import audio, tables
from heschl.report import page
from heschl.report.sections import robustness as section
from heschl.robustness.columns import ABOUT, ACCURACY, FOLDER, HEARD, ROWS, SOUNDS
from heschl.robustness.results import read_robustness
from tests.helpers.report_page import rows_of, words

NAMES = {
    name: f"word-l2-{name.split('_')[0].replace('file', 'adversary')}.wav"
    for name in ("natural_file", "file", "noise_file")
}


def row_of(epsilon, change, accuracy):
    return {
        "task": "word", "input": "waveform" if epsilon else "", "norm": "l2" if epsilon else "",
        "epsilon": epsilon, "change": change, "clips": 40, "snr_db": 45.0, "accuracy": accuracy,
        "accuracy_low": accuracy - 0.05, "accuracy_high": accuracy + 0.05,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path, read):
    rows = [row_of(0.0, "none", 0.9)]
    for epsilon, adversary, noise in ((0.1, 0.6, 0.85), (1.0, 0.1, 0.8)):
        rows += [row_of(epsilon, "adversary", adversary), row_of(epsilon, "noise", noise)]
    tables.write_csv(tmp_path / FOLDER / ACCURACY, pd.DataFrame(rows)[list(ROWS)])
    heard = NAMES | {
        "task": "word", "key": "test-0000001", "label": "harbor", "answer": "harvest", "norm": "l2",
        "epsilon": 0.1, "snr_db": 45.0,
    }  # fmt: skip
    tables.write_csv(tmp_path / FOLDER / SOUNDS, pd.DataFrame([heard])[list(HEARD)])
    params = {"steps": 20, "restarts": 2}
    about = {"network": "models/network", "run_id": read.network.run_id, "params": params}
    tables.write_json(tmp_path / FOLDER / ABOUT, about)
    return tmp_path


def test_without_attacks_there_is_no_section(read, tmp_path):
    assert read_robustness(tmp_path) is None
    assert "Small changes that" not in page.render(read)


def test_what_was_found_is_said(read, folder):
    html = page.render(replace(read, robustness=read_robustness(folder)))
    said = words(html)
    assert "40 clean test clips of each task" in said
    assert "20 steps, 2 random starts" in said
    assert rows_of(html, "Accuracy with changed clips") == [
        ["word", "waveform", "l2", "0.1", "45", "60\u202f% 55–65\u202f%", "85\u202f% 80–90\u202f%"],
        ["word", "waveform", "l2", "1", "45", "10\u202f% 5–15\u202f%", "80\u202f% 75–85\u202f%"],
    ]
    assert "at an SNR of 45 dB, the network says harvest" in said
    assert "The sounds are not here; heschl robustness makes them" in said
    assert "Another network" not in said
    about = tables.read_json(folder / FOLDER / ABOUT) | {"run_id": "other"}
    tables.write_json(folder / FOLDER / ABOUT, about)
    said = words(page.render(replace(read, robustness=read_robustness(folder))))
    assert "Another network than that of this page was attacked, models/network." in said


def test_sounds_that_are_there_can_be_heard(read, folder):
    for name in NAMES.values():
        audio.write(folder / FOLDER / name, np.zeros(100), 8000)
    html = page.render(replace(read, robustness=read_robustness(folder)))
    assert "The sounds are not here" not in html
    heard = base64.b64encode((folder / FOLDER / "word-l2-noise.wav").read_bytes()).decode()
    assert heard in html
    assert 'aria-label="word harbor, l2, changed by the adversary"' in html


def test_the_figure_shows_the_table(folder):
    figure, _ = section.content(read_robustness(folder), "").figures["robustness"]
    (axes,) = figure.axes
    lines = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) == 2]
    assert any(np.allclose(line, [60, 10]) for line in lines)
    assert any(np.allclose(line, [85, 80]) for line in lines)
    assert any(np.allclose(line, 90) for line in lines)  # as they are


def test_a_name_that_leaves_the_folder_is_refused(folder):
    table = tables.read_csv(folder / FOLDER / SOUNDS, HEARD).assign(file="../secret.wav")
    tables.write_csv(folder / FOLDER / SOUNDS, table)
    with pytest.raises(ValueError, match=r"'\.\./secret\.wav' is not the name of a file"):
        read_robustness(folder)
