"""A training that has finished is not done again because DVC was killed before it recorded its network."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from heschl.train.finished import dvc_md5, keep, take

OUT = Path("models/network")


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The folder of a training that has just finished."""
    monkeypatch.chdir(tmp_path)
    for name in ("HESCHL_LAUNCHED", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    folder = Path("work/train/0123")
    (folder / "network").mkdir(parents=True)
    (folder / "network" / "weights.pt").write_bytes(b"weights")
    (folder / "network" / "config.json").write_text("{}")
    (folder / "000000010-epoch002.ckpt").write_bytes(b"checkpoint")
    (folder / "lock").touch()
    keep(folder, OUT)
    return folder


def commit(md5):
    """Write what DVC records when a stage is done."""
    out = {"path": OUT.as_posix(), "md5": md5}
    Path("dvc.lock").write_text(yaml.safe_dump({"stages": {"train": {"outs": [out]}}}))


def test_the_network_is_kept_and_the_checkpoints_are_not(work):
    assert (OUT / "weights.pt").read_bytes() == b"weights"
    assert sorted(path.name for path in work.iterdir()) == ["finished", "lock", "network"]
    assert [path.name for path in OUT.parent.iterdir()] == ["network"]


@pytest.mark.parametrize("earlier", [None, "0" * 32 + ".dir"])
def test_a_kill_before_the_commit_costs_no_training(work, earlier):
    if earlier:
        commit(earlier)  # of another network
    shutil.rmtree(OUT)  # as DVC does before it runs a stage
    assert take(work, OUT)
    assert (OUT / "weights.pt").read_bytes() == b"weights"
    assert dvc_md5(OUT) == dvc_md5(work / "network")
    shutil.rmtree(OUT)
    assert take(work, OUT)  # killed once more


def test_a_training_that_was_committed_is_done_again_when_it_is_asked_for(work):
    commit(dvc_md5(OUT))
    shutil.rmtree(OUT)
    assert not take(work, OUT)
    assert [path.name for path in work.iterdir()] == ["lock"]


def test_a_training_whose_output_is_there_is_done_again(work):
    assert not take(work, OUT)
    assert (OUT / "weights.pt").exists()


def test_a_network_of_another_output_is_not_taken(work):
    assert not take(work, Path("elsewhere"))


def test_the_next_training_removes_what_an_earlier_one_kept(work):
    other = work.with_name("4567")
    other.mkdir()
    assert not take(other, OUT)
    assert not work.exists()


@pytest.mark.parametrize("name", ["HESCHL_LAUNCHED", "LOCAL_RANK"])
def test_only_the_first_process_looks(work, name, monkeypatch):
    shutil.rmtree(OUT)
    monkeypatch.setenv(name, "1")
    assert not take(work, OUT)
    assert (work / "network").exists()


@pytest.mark.slow
def test_the_md5_of_a_folder_is_that_of_dvc(work):
    (OUT / "more").mkdir()
    (OUT / "more" / "über.txt").write_text("text")
    (OUT / "more.txt").write_text("text")
    for command in (["init", "--no-scm", "-q"], ["add", "-q", OUT]):
        subprocess.run([sys.executable, "-m", "dvc", *command], check=True)
    (out,) = yaml.safe_load(OUT.with_suffix(".dvc").read_text())["outs"]
    assert dvc_md5(OUT) == out["md5"]
