"""On a Dask cluster the results have the bytes of local processes, whatever happens to its workers."""

import shutil
import subprocess
import sys
import threading
import time
from functools import partial

import dask
import distributed  # noqa: F401 -- reads its configuration
import numpy as np
import pandas as pd
import pytest

from heschl import cluster
from heschl.cluster import ClusterError
from heschl.encode.params import Floors
from heschl.encode.regression import encode
from heschl.encode.splits import splits
from heschl.mixtures.draw import draw_parts
from heschl.parallel import parallel_map
from heschl.shards.write import ShardParams, write_shards
from heschl.statistics.ridge import RELATIVE, gram
from tests.helpers.dask import Cluster, wait_until
from tests.helpers.mixtures import draw_mixtures, saved

pytestmark = pytest.mark.slow
dask.config.set({"distributed.comm.timeouts.connect": "2s"})  # not a minute until a scheduler is given up
TASKS = ("word", "genre")
PARAMS = ShardParams(clips=5, remix=False, store=None)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A cluster whose workers stay."""
    made = Cluster(tmp_path_factory.mktemp("shared"))
    made.add(2)
    yield made
    made.close()


@pytest.fixture
def alone(tmp_path):
    """A cluster that a test may damage, still without workers."""
    (tmp_path / "dask").mkdir()
    made = Cluster(tmp_path / "dask")
    yield made
    made.close()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Work in an empty folder, with HESCHL_DASK set to what the test names."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    yield partial(monkeypatch.setenv, cluster.SCHEDULER)
    if cluster.wanted():
        cluster.disconnect()


@pytest.fixture(scope="module")
def written(tmp_path_factory, corpus, sound, mixture_params):
    """Return what writes shards to a folder, and the files that local processes write."""
    table = saved(draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound))
    write = partial(write_shards, table, corpus[0], tasks=TASKS, sound=sound, params=PARAMS, record={})
    folder = tmp_path_factory.mktemp("local")
    write(folder)
    return write, files(folder)


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_without_the_variable_dask_is_not_imported():
    code = "import sys, stages.shards; sys.exit(bool({'dask', 'distributed'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tables_and_shards_have_the_same_bytes(
    shared, project, tmp_path, corpus, sound, mixture_params, written
):
    folders = {name: tmp_path / name for name in ("local", "cluster")}
    write, expected = written
    for name, folder in folders.items():
        folder.mkdir()
        if name == "cluster":
            project(shared.address)
        draw_parts(corpus[1], corpus[0], TASKS, mixture_params, sound, folder)
    assert files(folders["local"]) == files(folders["cluster"])
    write(tmp_path / "shards")
    assert files(tmp_path / "shards") == expected


def test_workers_read_files_that_have_changed_since_the_last_map(shared, project, tmp_path):
    project(shared.address)
    table = saved(pd.DataFrame({"key": ["old"]}))
    assert parallel_map(partial(table.rows, 0), [1, 1], "rows") == [[{"key": "old"}]] * 2
    shutil.copy(saved(pd.DataFrame({"key": ["new"]})).path, table.path)
    assert parallel_map(partial(table.rows, 0), [1, 1], "rows") == [[{"key": "new"}]] * 2


def test_scores_of_splits_are_the_same(shared, project):
    rng = np.random.default_rng(0)
    features, values = rng.standard_normal((60, 20)), rng.standard_normal((60, 7, 3))
    floors = Floors(response=0.2, prediction=0.2)
    score = partial(encode, gram(features), values, splits(60, 30, 4, seed=1), RELATIVE, floors)
    local = score()
    project(str(shared.file))
    for one, other in zip(local, score(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("others", [0, 2])
def test_a_worker_that_is_killed_loses_nothing(alone, project, tmp_path, written, others):
    write, expected = written
    alone.add(1 + others)
    project(alone.address)

    def kill():
        wait_until(lambda: list((tmp_path / "shards").rglob("*.tar")))
        alone.kill_a_worker()
        if not others:
            alone.add(1)

    thread = threading.Thread(target=kill)
    thread.start()
    write(tmp_path / "shards")
    thread.join()
    assert files(tmp_path / "shards") == expected


def test_a_scheduler_that_goes_away_ends_the_stage_which_then_resumes(
    alone, project, tmp_path, written, monkeypatch
):
    write, expected = written
    alone.add(1)
    project(alone.address)

    def kill():
        wait_until(lambda: list((tmp_path / "shards").rglob("*.tar")))
        alone.kill_the_scheduler()

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(ClusterError, match=r"shards: the Dask scheduler .* went away.*dvc repro"):
        write(tmp_path / "shards")
    thread.join()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "shards").rglob("*.tar")}
    assert kept
    monkeypatch.delenv(cluster.SCHEDULER)
    write(tmp_path / "shards")
    assert files(tmp_path / "shards") == expected
    assert kept == {path: path.stat().st_mtime_ns for path in kept}


def test_a_cluster_without_workers_waits_and_says_so(alone, project, capsys):
    project(alone.address)
    threading.Timer(1.0, alone.add, (1,)).start()
    assert parallel_map(abs, [-1, 2], "numbers") == [1, 2]
    assert "numbers: " + alone.address + " has no workers" in capsys.readouterr().err


def test_workers_that_all_go_are_missed_and_others_go_on(alone, project, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "SILENT_S", 0.5)
    alone.add(1)
    project(alone.address)

    def replace():
        alone.kill_a_worker()
        time.sleep(3.0)
        alone.add(1)

    parallel_map(abs, [-1], "numbers")
    thread = threading.Timer(0.5, replace)
    thread.start()
    capsys.readouterr()
    assert parallel_map(time.sleep, [0.2] * 20, "naps") == [None] * 20
    thread.join()
    assert capsys.readouterr().err.count("has no workers") == 1


def test_a_scheduler_that_goes_away_between_maps_is_named(alone, project, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    alone.add(1)
    project(alone.address)
    parallel_map(abs, [-1], "numbers")
    alone.kill_the_scheduler()
    with pytest.raises(ClusterError, match=r"went away|no Dask scheduler answers"):
        parallel_map(abs, [-1], "numbers")


def test_a_folder_that_a_worker_does_not_see_is_named(shared, project, tmp_path):
    project(shared.address)
    assert parallel_map(abs, [-1], "numbers", [tmp_path]) == [1]
    with pytest.raises(ClusterError, match=r"does not see .*/recordings"):
        parallel_map(abs, [-1], "numbers", [tmp_path / "recordings"])


def test_an_error_of_the_function_ends_the_map(shared, project):
    project(shared.address)
    with pytest.raises(ValueError, match="invalid literal for int"):
        parallel_map(int, ["1", "x"] + ["2"] * 100, "numbers")
    with pytest.raises(FileNotFoundError):
        parallel_map(open, ["missing"], "files")
    assert parallel_map(int, ["3"], "numbers") == [3]


def test_no_scheduler_is_an_error(project, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    project("tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at HESCHL_DASK=tcp://127\.0\.0\.1:9"):
        parallel_map(abs, [1], "numbers")
    project("nowhere.json")
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at HESCHL_DASK=nowhere\.json"):
        parallel_map(abs, [1], "numbers")


def test_a_worker_that_could_compute_other_bytes_is_refused(shared, alone, project, monkeypatch):
    project(shared.address)
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "VERSION", cluster.VERSION | {"numpy": "1.0"})
        with pytest.raises(ClusterError, match=r"worker tcp://\S+ has numpy 2\S+, but this process has 1\.0"):
            parallel_map(abs, [1], "numbers")
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.touch", lambda path: None)  # as if on another disk
        with pytest.raises(ClusterError, match=r"does not see the files of .*project"):
            parallel_map(abs, [1], "numbers")
    alone.add(1, "--nthreads", "2")
    project(alone.address)
    with pytest.raises(ClusterError, match=r"has 2 threads and OMP_NUM_THREADS=1, .*; expected 1 of each"):
        parallel_map(abs, [1], "numbers")
