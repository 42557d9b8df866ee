"""A project that was moved or copied finds the artifacts of its runs, whatever its path is called."""

import shutil
from pathlib import Path

import pytest
from mlflow.tracking._tracking_service import utils

from heschl import tracking
from heschl.tracking import find
from heschl.tracking.moved import find_artifacts
from tests.tracking.test_find import add

NAMES = ["plain", "what?", "a #1", "100 %41", "über uns"]


@pytest.fixture
def project(tmp_path, monkeypatch, empty_store):
    """A folder with a store of its own, and the function that makes it the current one."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def enter(name):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / name)
        if not Path(tracking.STORE).exists():
            shutil.copy(empty_store, tracking.STORE)
        find_artifacts.cache_clear()  # as in a new process
        utils._artifact_repos_cache.clear()
        return tmp_path / name

    return enter


@pytest.mark.parametrize("name", NAMES)
def test_a_project_in_any_folder_keeps_its_store_and_artifacts_inside(project, name):
    folder = project(name)
    with find.network_of(add("run")) as (_, found):
        assert (found / "weights.pt").read_text() == "run"
        assert folder / "mlruns" in found.parents
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_moved_project_reads_and_writes_in_its_new_folder(project, name, capsys):
    old = project("before")
    first = add("first")
    new = old.parent / name
    shutil.move(old, new)
    project(name)
    with find.network_of(first) as (_, found):
        assert (found / "weights.pt").read_text() == "first"
    second = add("second")
    with find.network_of(second) as (_, found):
        assert new / "mlruns" in found.parents
    Path("later.txt").write_text("later")
    assert tracking.log_artifacts(first, "report", Path("later.txt"))
    assert (new / "mlruns" / first / "artifacts" / "report" / "later.txt").read_text() == "later"
    assert not old.exists()
    assert capsys.readouterr().err.count(f"mlflow.db was in {old}") == 1


def test_a_copy_reads_its_own_files_and_leaves_the_original_alone(project):
    original = project("original")
    run_id = add("run")
    before = Path(tracking.STORE).read_bytes()
    shutil.copytree(original, original.parent / "copy")
    (original / "mlruns" / run_id / "artifacts" / "network" / "weights.pt").write_text("original's")
    project("copy")
    with find.network_of(run_id) as (_, found):
        assert (found / "weights.pt").read_text() == "run"
    assert (original / tracking.STORE).read_bytes() == before


def test_artifacts_that_a_user_keeps_elsewhere_stay_there(project, tmp_path):
    project("before")
    tracker = tracking.client()
    tracker.create_experiment("own", artifact_location=(tmp_path / "big disk").as_uri())
    shutil.move(tmp_path / "before", tmp_path / "after")
    project("after")
    found = tracking.client().get_experiment_by_name("own").artifact_location
    assert found == (tmp_path / "big disk").as_uri()
