from pathlib import Path

import pytest

from pipeline import parallel, work


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("input").write_text("1")
    Path("code.py").write_text("x = 1")


def folder(params=None):
    return work.folder("train", params or {"a": 1}, [Path("input")], [Path("code.py")])


def test_the_same_work_is_found_again():
    first = folder()
    (first / "last.ckpt").write_text("state")
    assert folder() == first
    assert (folder() / "last.ckpt").read_text() == "state"


@pytest.mark.parametrize("change", ["params", "input", "code"])
def test_a_change_starts_clean(change):
    first = folder()
    (first / "last.ckpt").write_text("state")
    if change != "params":
        Path({"input": "input", "code": "code.py"}[change]).write_text("2")
    second = folder({"a": 2} if change == "params" else None)
    assert second != first
    assert list(second.iterdir()) == []
    assert work.abandoned(second) == [first]
    work.drop_abandoned(second)
    assert not first.exists()
    work.remove(second)
    assert not second.parent.exists()


def test_a_folder_is_held_by_one_process_at_a_time():
    here = folder()
    with work.held(here):
        assert work.is_held(here)
        with pytest.raises(work.WorkError, match="is in use by another process"), work.held(here):
            pass
    assert not work.is_held(here)


def test_code_is_that_of_the_named_packages():
    found = {path.name for path in work.code("pipeline.work", "pipeline.para")}
    assert found == {"work.py"}
    assert {"work.py", "parallel.py"} <= {path.name for path in work.code()}


def test_finished_work_replaces_the_output():
    done = folder()
    (done / "weights").write_text("new")
    out = Path("models/network")
    out.mkdir(parents=True)
    (out / "old").write_text("old")
    work.finish(done, out)
    assert [path.name for path in out.iterdir()] == ["weights"]


def square(number):
    if number == 13:
        raise ValueError("13 is not liked")
    return number**2


@pytest.mark.parametrize("workers", ["1", "2"])
def test_map_keeps_the_order(monkeypatch, workers):
    monkeypatch.setenv("HESCHL_WORKERS", workers)
    assert parallel.parallel_map(square, range(12), "square") == [n**2 for n in range(12)]
    with pytest.raises(ValueError, match="13 is not liked"):
        parallel.parallel_map(square, range(20), "square")


def test_number_of_processes(monkeypatch):
    monkeypatch.setenv("HESCHL_WORKERS", "3")
    assert parallel.workers() == 3
    monkeypatch.delenv("HESCHL_WORKERS")
    assert parallel.workers() >= 1
    monkeypatch.setenv("HESCHL_WORKERS", "many")
    with pytest.raises(ValueError, match="HESCHL_WORKERS is 'many'"):
        parallel.workers()
