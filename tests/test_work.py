import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from heschl import parallel, work
from tests.helpers.paths import CODE


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
    found = {path.name for path in work.code("heschl.work", "heschl.para")}
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


@pytest.fixture(params=["same disk", "other disk"])
def disk(request, monkeypatch):
    """Renames of a folder to `models` fail, as to another disk."""
    rename = os.replace

    def to_other_disk(source, target):
        if (Path(source).resolve().parts[-2:-1] == ("models",)) != (Path(target).parts[-2:-1] == ("models",)):
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(source), None, str(target))
        rename(source, target)

    if request.param == "other disk":
        monkeypatch.setattr(os, "replace", to_other_disk)
    return request.param


def finished(out="models/network"):
    done = folder()
    (done / "layers").mkdir()
    for name in ("weights", "layers/config", "layers/.config.7.part", "withdrawn"):
        (done / name).write_text("new")
    Path(out).mkdir(parents=True)
    (Path(out) / "old").write_text("old")
    return done, Path(out)


def test_an_output_holds_what_the_stage_lists(disk):
    done, out = finished()
    work.finish(done, out, ["weights", "layers/config"])
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*")) == [
        "layers",
        "layers/config",
        "weights",
    ]
    assert [path.name for path in out.parent.iterdir()] == ["network"]
    assert not done.exists()


def test_a_stage_that_lists_nothing_leaves_no_parts(disk):
    done, out = finished()
    work.finish(done, out)
    assert sorted(path.name for path in out.rglob("*")) == ["config", "layers", "weights", "withdrawn"]


@pytest.mark.parametrize("disk", ["other disk"], indirect=True)
def test_the_old_output_stays_if_a_disk_is_full_during_the_copy(disk, monkeypatch):
    def full(source, target, **options):
        Path(target).mkdir()
        raise OSError(errno.ENOSPC, "No space left on device")

    done, out = finished()
    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(OSError, match="No space left"):
        work.finish(done, out)
    assert (out / "old").read_text() == "old"
    assert [path.name for path in out.parent.iterdir()] == ["network"]
    assert (done / "weights").exists()


def test_an_output_that_is_a_link_stays_one(tmp_path):
    done, out = finished("elsewhere")
    Path("models").mkdir()
    Path("models/network").symlink_to(tmp_path / "elsewhere")
    work.finish(done, Path("models/network"))
    assert Path("models/network").is_symlink()
    assert sorted(path.name for path in out.iterdir()) == ["layers", "weights", "withdrawn"]


def device(path):
    return os.stat(path).st_dev if Path(path).is_dir() else None


@pytest.mark.skipif(device("/dev/shm") in (None, device("/tmp")), reason="no second disk")
def test_data_on_another_disk():
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        Path("data").symlink_to(other)
        done, out = finished("data/shards")
        work.finish(done, out, ["weights"])
        assert [path.name for path in (Path(other) / "shards").iterdir()] == ["weights"]
        assert not done.exists()


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


class Counted:
    """A function with tables; counts how often it is sent to another process."""

    sent = 0

    def __getstate__(self):
        type(self).sent += 1
        return {}

    def __call__(self, number):
        return number**2


def test_each_process_gets_the_function_and_its_tables_once(monkeypatch):
    monkeypatch.setenv("HESCHL_WORKERS", "2")
    monkeypatch.setattr(Counted, "sent", 0)
    assert parallel.parallel_map(Counted(), range(200), "square") == [number**2 for number in range(200)]
    assert Counted.sent == 2


def test_number_of_processes(monkeypatch):
    monkeypatch.setenv("HESCHL_WORKERS", "3")
    assert parallel.workers() == 3
    monkeypatch.delenv("HESCHL_WORKERS")
    assert parallel.workers() >= 1
    monkeypatch.setenv("HESCHL_WORKERS", "many")
    with pytest.raises(ValueError, match="HESCHL_WORKERS is 'many'"):
        parallel.workers()


def parts(folder="."):
    return [path.name for path in Path(folder).rglob(".*")]


@pytest.mark.parametrize(("mode", "old", "new"), [("wb", b"old", b"new\r\n"), ("w", "ö", "é,1\n")])
def test_a_file_is_replaced_at_once_or_not_at_all(mode, old, new):
    path = Path("table.csv")
    with work.replacing(path, mode) as file:
        file.write(old)
    before = path.read_bytes()
    assert before == (old if mode == "wb" else old.encode())
    with pytest.raises(TypeError), work.replacing(path, mode) as file:
        file.write(7)
    assert path.read_bytes() == before
    with work.replacing(path, mode) as file:
        file.write(new)
        file.flush()
        assert path.read_bytes() == before
        assert Path(file.name).parent == path.parent
    assert path.read_bytes() == (new if mode == "wb" else new.encode())
    assert parts() == []


def test_a_name_that_the_file_system_just_holds_can_be_replaced():
    path = Path("n" * 255)
    with work.replacing(path, "w") as file:
        file.write("long")
    assert path.read_text() == "long"


def test_a_device_is_written_to_itself():
    with work.replacing("/dev/null", "w") as file:
        file.write("gone")
    assert Path("/dev/null").is_char_device()


KILLED = """
import os, signal, sys
from heschl import work
with work.replacing(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_while_writing(path):
    ended = subprocess.run([sys.executable, "-c", KILLED, path], env=os.environ | {"PYTHONPATH": CODE})
    assert ended.returncode == -signal.SIGKILL
    assert parts(Path(path).parent)


def test_the_part_of_a_killed_process_is_removed_and_that_of_a_living_one_stays():
    Path("out").mkdir()
    kill_while_writing("out/a.csv")
    with work.replacing("out/b.csv") as file:
        assert parts("out") == [Path(file.name).name]
        ended = subprocess.run(
            [sys.executable, "-c", "from heschl import work\nwith work.replacing('out/c.csv'): pass"],
            env=os.environ | {"PYTHONPATH": CODE},
        )
        assert ended.returncode == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["b.csv", "c.csv"]


def test_an_error_without_a_number_keeps_its_text(tmp_path):
    with pytest.raises(OSError, match=r"^disk full") as caught, work.replacing(tmp_path / "file"):
        raise OSError("disk full")
    assert caught.value.__notes__ == [f"while writing {tmp_path / 'file'}"]
