"""Few labels have a matrix, many a list."""

import numpy as np
import pandas as pd

from heschl.report import page
from tests.helpers.report_page import LABELS, Page, changed, rows_of


def test_confusions_are_those_of_the_table(read, html):
    rows = rows_of(html, "Confusions of the word as a table")
    assert [row[0] for row in rows] == LABELS["word"][:-1]
    np.testing.assert_allclose(
        [[float(cell) for cell in row[1:]] for row in rows], 100 * read.behavior.confusions["word"], atol=0.5
    )
    alt = next(
        attrs["aria-label"]
        for attrs in Page(html).figures()
        if "Confusion matrix of the 3 words" in attrs["aria-label"]
    )
    assert "Most frequent confusions: 7 taken for null (20" in alt


def test_a_task_of_many_labels_has_a_list_instead_of_a_matrix(read):
    names = [f"label {number}" for number in range(300)]
    shares = pd.DataFrame(np.eye(300) * 0.9, names, names)
    shares.iloc[7, 11] = 0.1
    confusions = {**read.behavior.confusions, "word": shares}
    labels = {"word": names}
    html = page.render(changed(read, network={"labels": labels}, behavior={"confusions": confusions}))
    assert rows_of(html, "Most confused pairs of the word") == [["label 7", "label 11", "10\u202f%"]]
    assert not any("Confusion matrix of the 300" in attrs["aria-label"] for attrs in Page(html).figures())
    assert len(html) < 3e6
