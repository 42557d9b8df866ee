"""Labels are read as text; a file that is missing or broken is named."""

import pytest

from heschl.report import inputs
from tests.helpers.report_page import EVIL


def test_labels_are_read_as_text(folders):
    clips = inputs.read(*folders).behavior.clips
    assert set(clips.truth) == {"7", "null", EVIL, "folk", "rock"}
    assert (clips.correct.dtype, clips.snr_db.isna().sum()) == (bool, 8)


@pytest.mark.parametrize(
    "name",
    [
        "metrics/clips.csv",
        "network/run_id",
        "corpus/provenance.json",
        "metrics/decode.json",
        "metrics/decode/items.csv",
        "metrics/encode/layers.csv",
        "metrics/encode/matrices.npz",
    ],
)
def test_missing_file_is_named(folders, tmp_path, name):
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing.*dvc repro"):
        inputs.read(*folders)


def test_broken_files_are_named(folders, tmp_path):
    good = (tmp_path / "metrics/psychometric.csv").read_text()
    (tmp_path / "metrics/psychometric.csv").write_text(good.replace("top5_low", "low"))
    with pytest.raises(ValueError, match=r"psychometric.csv lacks the columns \['top5_low'\]"):
        inputs.read(*folders)
    (tmp_path / "metrics/psychometric.csv").write_text("")
    with pytest.raises(ValueError, match=r"psychometric.csv cannot be read.*dvc repro"):
        inputs.read(*folders)
    (tmp_path / "metrics/behavior.json").write_text("{")
    with pytest.raises(ValueError, match=r"behavior.json cannot be read.*dvc repro"):
        inputs.read(*folders)
