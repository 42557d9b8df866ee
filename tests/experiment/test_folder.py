from dataclasses import replace

import pytest

from heschl.experiment import build, sounds
from heschl.experiment.design import ExperimentError
from heschl.experiment.results import save
from tests.helpers.listening import PARAMS, TABLE


def test_other_folders_and_results_are_not_replaced(opened, tmp_path, fake_modules):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(
        ExperimentError, match=r"mine exists and is not a listening experiment.* Name another folder"
    ):
        build.build(opened, tmp_path / "mine", PARAMS)
    build.build(opened, tmp_path / "out", PARAMS)
    save(TABLE, tmp_path / "out/results")
    assert not build.build(opened, tmp_path / "out", PARAMS)
    with pytest.raises(
        ExperimentError, match=r"holds 1 results of another experiment .* Move .*results out of it"
    ):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert (tmp_path / "out/results/p1.csv").read_bytes() == TABLE


@pytest.mark.parametrize("name", ["results-pilot/p1.csv", "clips/p1.csv", ".git/HEAD"])
def test_files_of_others_are_not_removed(opened, tmp_path, fake_modules, name):
    build.build(opened, tmp_path / "out", PARAMS)
    kept = tmp_path / "out" / name
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(TABLE)
    with pytest.raises(
        ExperimentError, match=f"out holds {name}, which the build did not write. Move it to another"
    ):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert kept.read_bytes() == TABLE
    kept.unlink()
    assert build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))


def test_table_saved_during_a_build_is_kept(opened, tmp_path, fake_modules, monkeypatch):
    build.build(opened, tmp_path / "out", PARAMS)
    monkeypatch.setattr(sounds, "write", lambda *_: save(TABLE, tmp_path / "out/results"))
    with pytest.raises(ExperimentError, match="holds 1 results"):
        build.build(opened, tmp_path / "out", replace(PARAMS, seed=3))
    assert (tmp_path / "out/results/p1.csv").read_bytes() == TABLE
