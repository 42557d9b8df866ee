"""Runs are found by id and name; errors list the runs there are."""

import re
import tempfile
from pathlib import Path

import pytest
from mlflow.entities import FileInfo
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

from heschl import tracking
from heschl.tracking import files, find
from heschl.tracking.find import RunError, network_of

pytestmark = pytest.mark.usefixtures("store")


def add(name, status="FINISHED", ended=1, files=("config.json", "weights.pt")):
    """Put a run into the store; return its id."""
    tracker = tracking.client()
    run_id = tracker.create_run(tracking.experiment_id(tracker), run_name=name).info.run_id
    for file in files:
        Path(file).write_text(name)
        tracking.log_artifacts(run_id, tracking.NETWORK, Path(file))
    if status != "RUNNING":
        tracker.set_terminated(run_id, status, ended * 1000)
    return run_id


def test_the_newest_run_that_can_be_used():
    add("old", ended=10)
    newest = add("newest", ended=30)
    add("between", ended=20)
    add("killed", "KILLED", ended=40)
    add("bare", ended=50, files=())
    add("half", ended=60, files=["config.json"])
    add("running", "RUNNING")
    with network_of() as (run, folder):
        assert (run.id, run.name, run.status, run.ended) == (newest, "newest", "FINISHED", 30)
        assert (folder / "weights.pt").read_text() == "newest"
        assert Path("mlruns").resolve() in folder.resolve().parents  # not a copy


def test_a_run_by_its_name_its_id_and_the_start_of_its_id():
    first, second = add("x", ended=1), add("y", ended=2)
    length = 1 + [a == b for a, b in zip(first, second, strict=True)].index(False)
    for wanted in ("x", first, first[:length]):  # a whole name goes before the beginning of an id
        with network_of(wanted) as (run, folder):
            assert run.id == first
            assert (folder / "config.json").read_text() == "x"


def test_a_run_that_is_ambiguous_or_unusable():
    twins = [add("twin"), add("twin")]
    killed, bare = add("killed", "KILLED"), add("bare", files=())
    running = add("running", "RUNNING")
    for wanted, message in {
        "twin": r"'twin' matches more than one run of experiment heschl in sqlite:.*: give more of the id",
        "absent": r"'absent' is neither the start of an id nor the name of a run",
        "killed": rf"run {killed} \(killed\) is KILLED, not FINISHED",
        running: rf"run {running} \(running\) is RUNNING, not FINISHED",
        "bare": rf"run {bare} \(bare\) has no network",
    }.items():
        with pytest.raises(RunError, match=message) as raised, network_of(wanted):
            pass
        said = str(raised.value)
        assert all(
            re.search(rf"{run_id[:8]} twin FINISHED \d{{4}}-\d\d-\d\d \d\d:\d\d, with a network\n", said)
            for run_id in twins
        )
        assert wanted == "twin" or ("--network FOLDER" in said and "dvc repro -f train" in said)
        assert wanted == "twin" or re.search(rf"{bare[:8]} bare FINISHED [-\d]+ [\d:]+\n", said)


def test_no_run_at_all_and_none_with_a_network():
    with (
        pytest.raises(
            RunError,
            match=r"no finished run of experiment heschl in sqlite:.* has a network\. "
            r"There are no runs\. Name a",
        ),
        network_of(),
    ):
        pass
    for number in range(12):
        add(f"bare{number}", ended=number + 1, files=())
    with (
        pytest.raises(RunError, match=r"The newest runs:\n  \w+ bare11 FINISHED") as raised,
        network_of(),
    ):
        pass
    assert str(raised.value).count("\n") == 11


def test_a_missing_store_is_not_created():
    Path(tracking.STORE).unlink()
    with pytest.raises(RunError, match="There are no runs"), network_of():
        pass
    assert not Path(tracking.STORE).exists()


@pytest.fixture
def far(monkeypatch):
    """A store whose artifacts count as lying on another machine."""
    split = files.urlsplit
    monkeypatch.setattr(files, "urlsplit", lambda uri: split(uri)._replace(scheme="s3"))


def test_artifacts_on_another_machine_are_copied_temporarily(far):
    add("far")
    with network_of() as (_, folder):
        assert {path.name: path.read_text() for path in folder.iterdir()} == {
            "config.json": "far",
            "weights.pt": "far",
        }
        assert Path("mlruns").resolve() not in folder.resolve().parents
    assert not folder.exists()


def test_names_that_a_store_lists_lead_nowhere(far, monkeypatch, tmp_path):
    """The list of files decides whether a run has a network, not where its files are written."""
    add("sly")
    listed = LocalArtifactRepository.list_artifacts
    monkeypatch.setattr(
        LocalArtifactRepository,
        "list_artifacts",
        lambda *given: [*listed(*given), FileInfo("network/../../harm", False, 1)],
    )
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "made"))
    Path("made").mkdir()
    with network_of() as (_, folder):
        assert sorted(Path("made").resolve().rglob("*")) == [
            folder,
            folder / "config.json",
            folder / "weights.pt",
        ]


def test_a_store_that_does_not_answer(monkeypatch):
    add("a")

    def broken(self, path=None):
        raise MlflowException("the disk is gone")

    monkeypatch.setattr(LocalArtifactRepository, "list_artifacts", broken)
    with (
        pytest.raises(
            RunError, match=r"sqlite:.* cannot be used: the disk is gone\. Name a network's folder"
        ),
        network_of("a"),
    ):
        pass


def test_runs_in_words(monkeypatch):
    assert find.describe(tracking.Run("0123456789", "name", "RUNNING", None)) == "01234567 name RUNNING"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@lab.example/mlflow")
    assert find._where() == "experiment heschl in https://lab.example/mlflow"
