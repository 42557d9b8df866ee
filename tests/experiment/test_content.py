from dataclasses import replace
from pathlib import Path

import pytest

from heschl.experiment import build
from heschl.experiment.design import Choose, ExperimentError
from tests.helpers.listening import PARAMS


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"trials": {"word": 3, "pitch": 2}, "answers": {"word": "typed", "pitch": "typed"}},
            "'pitch' is not a task of .* word, genre",
        ),
        (
            {"answers": {"word": "typed", "genre": Choose(choose=4)}},
            r"genre.choose is 4; there are 4 labels, so at most 3",
        ),
        (
            {"trials": {"word": 4, "genre": 2}},
            r"experiment.trials.word is 4, but practice leaves 3 recordings",
        ),
        (
            {"consent": "nowhere.txt"},
            r"experiment.consent: nowhere.txt cannot be read .* Expected a text file",
        ),
        (
            {"answers": {"word": "typed", "genre": "dial"}},
            r"experiment.answers.genre is dial, which asks for a direction: '.*' is not a direction",
        ),
        ({"consent": "empty.txt"}, r"experiment.consent: empty.txt is empty"),
    ],
)
def test_impossible_experiments_are_named(opened, tmp_path, fake_modules, monkeypatch, changes, message):
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("\n")
    with pytest.raises(ExperimentError, match=message):
        build.build(opened, tmp_path / "out", replace(PARAMS, **changes))
    assert not (tmp_path / "out").exists()
