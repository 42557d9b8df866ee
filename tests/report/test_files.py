"""The report is written whole, or not at all."""

import pandas as pd
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from heschl.report import files
from heschl.report.figures import files as figure_files
from heschl.report.figures.looks import INK
from tests.helpers.report_curves import FITS, POINTS


@pytest.fixture
def drawn():
    from heschl.report.figures.curves import overview

    return {"curve": figure_files.Drawn(overview(POINTS, FITS, "word", 0.05), POINTS)}


def test_a_full_disk_leaves_the_earlier_report_as_it_was(tmp_path, monkeypatch, drawn):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "report"
    files.write(out, "first", drawn)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(out, "second", drawn)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert not [*(tmp_path / "work").rglob("*")]


def test_files_of_an_earlier_report_do_not_stay(tmp_path, monkeypatch, drawn):
    monkeypatch.chdir(tmp_path)
    files.write(tmp_path / "report", "first", drawn)
    (page,) = files.write(tmp_path / "report", "second", {"other": drawn["curve"]})
    names = {path.name for path in (tmp_path / "report" / "figures").iterdir()}
    assert names == {f"other.{kind}" for kind in ("png", "svg", "pdf", "csv")}
    assert page.is_file()
    assert (tmp_path / "report" / files.PAGE).read_text() == "second"


def test_papers_get_dark_ink_and_the_page_its_own(tmp_path, drawn):
    figure = drawn["curve"].figure
    for _ in range(2):
        figure_files.save(drawn, tmp_path)
        svg = (tmp_path / "curve.svg").read_text()
        assert figure_files.PAPER_INK in svg
        assert INK not in svg
    assert colors.same_color(figure.axes[0].spines["left"].get_edgecolor(), INK)
    first = (tmp_path / "curve.pdf").read_bytes()
    figure_files.save(drawn, tmp_path)
    assert (tmp_path / "curve.pdf").read_bytes() == first
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "curve.csv"), POINTS)
