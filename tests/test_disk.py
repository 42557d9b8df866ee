"""A full disk: one line that names the file, and nothing half-written."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
import soundfile

from heschl import disk, work
from heschl.stage import Stage
from tests.helpers.paths import CODE

WRITERS = """
import json, os, sys
from pathlib import Path
import numpy as np, pandas as pd, torch
from heschl import audio, disk, tables, work
from heschl.shards.write import Job
from tests.conftest import RATE

here = Path(sys.argv[1])
noise = np.random.default_rng(0).standard_normal(200_000)
table = pd.DataFrame({"noise": noise})

def replaced(name, write):
    with work.replacing(here / name) as file:
        write(file)

def shard():
    from heschl.shards import write
    write._wav = lambda *given: bytes(50_000)
    write.Mixture = type("Mixture", (), {"of": staticmethod(lambda row: row)})
    (here / "train").mkdir(exist_ok=True)
    rows = [{"key": f"train-{n:07d}"} for n in range(8)]
    write._write(here / "train/00000.tar", Job("train/00000.tar", 0, 8), rows, here, None)

writers = {
    "corpus": lambda: audio.write(here / "a.wav", noise / 10, RATE),
    "table": lambda: tables.write_csv(here / "a.csv", table),
    "json": lambda: tables.write_json(here / "a.json", {"noise": noise}),
    "parquet": lambda: replaced("a.parquet", lambda file: table.to_parquet(file, index=False)),
    "arrays": lambda: replaced("a.npz", lambda file: np.savez_compressed(file, noise=noise)),
    "weights": lambda: replaced("a.pt", lambda file: torch.save({"noise": torch.from_numpy(noise)}, file)),
    "page": lambda: replaced("a.html", lambda file: file.write(noise.tobytes())),
    "shard": shard,
}
found = {}
for name, write in writers.items():
    try:
        write()
        found[name] = ["was written", []]
    except Exception as error:
        left = [str(path) for path in here.rglob("*") if path.is_file()]
        found[name] = [disk.problem(error) or f"{type(error).__name__}: {error}", left]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def on_a_small_disk():
    """Run a program with a disk of 256 kB at /mnt, which no other process sees; return its last line."""
    mount = "mount -t tmpfs -o size=256k small /mnt && exec "
    unshared = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*unshared, f"{mount} true"]).returncode:
        pytest.skip("this system lets no test mount a disk")

    def run(program):
        done = subprocess.run(
            [*unshared, mount + '"$0" "$@"', sys.executable, "-c", program, "/mnt"],
            env=os.environ | {"PYTHONPATH": CODE}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_each_writer_names_its_file_and_leaves_nothing(on_a_small_disk):
    found = on_a_small_disk(WRITERS)
    assert len(found) == 8
    for name, (said, left) in found.items():
        assert said.startswith("the disk is full: /mnt/"), (name, said)
        assert "Nothing half-written was left" in said
        assert left == [], name


def sqlite_full(folder):
    with sqlite3.connect(folder / "mlflow.db") as database:
        database.execute("PRAGMA max_page_count = 2")
        database.execute("CREATE TABLE metrics (value TEXT)")
        database.execute("INSERT INTO metrics VALUES (?)", ["x" * 100_000])


def wrapped(folder):
    try:
        raise OSError(errno.EDQUOT, "Disk quota exceeded", "data/corpus/a.wav")
    except OSError as error:
        raise RuntimeError("the run could not be logged") from error


def from_a_worker(folder):
    raise RuntimeError("OSError: [Errno 28] No space left on device")


def too_large(folder):
    raise OSError(errno.EFBIG, "File too large", "work/last.ckpt")


@pytest.mark.parametrize(
    ("fail", "file"),
    [
        (sqlite_full, "a file"),
        (wrapped, "data/corpus/a.wav"),
        (from_a_worker, "a file"),
        (too_large, "last.ckpt"),
    ],
)
def test_a_full_disk_is_found_behind_other_errors(tmp_path, monkeypatch, fail, file):
    monkeypatch.setattr(sys, "argv", ["stages.train", "in"])
    with pytest.raises(SystemExit) as ended, Stage("train", "IN"):
        fail(tmp_path)
    assert str(ended.value.code).startswith("train: the disk is full: ")
    assert f"{file} could not be written" in ended.value.code
    assert "`dvc repro`: it resumes" in ended.value.code


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path):
    with pytest.raises(soundfile.LibsndfileError) as missing:
        soundfile.read(tmp_path / "missing.wav")
    assert disk.problem(missing.value) is None  # "System error", too
    assert disk.problem(PermissionError(errno.EACCES, "Permission denied", "a.wav")) is None
    assert disk.problem(ValueError("a.wav is empty")) is None


def test_libsndfile_does_not_say_why_it_cannot_write(tmp_path):
    error = soundfile.LibsndfileError(2)

    def write():
        with work.replacing(tmp_path / "a.wav"):
            raise error

    with pytest.raises(soundfile.LibsndfileError):
        write()
    assert f"{tmp_path / 'a.wav'} could not be written" in disk.problem(error)


def test_space_is_checked_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "free_bytes", lambda path: 10_000_000)
    monkeypatch.setattr(sys, "argv", ["stages.shards", "in"])
    message = r"shards: DiskError: shards needs about 1\.20 GB on the disk of \S+, where 10\.0 MB are free"
    with pytest.raises(SystemExit, match=message), Stage("shards", "IN") as stage:
        stage.require(1_200_000_000, tmp_path / "not" / "yet")
    with pytest.raises(SystemExit, match=r"10\.0 MB free on its disk, the stage writes about 9\.0 MB"):
        full_after_all(tmp_path)


def full_after_all(folder):
    with Stage("shards", "IN") as stage:
        stage.require(9_000_000, folder)
        raise OSError(errno.ENOSPC, "No space left on device", "a.tar")
