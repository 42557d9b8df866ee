"""Shards in a bucket: the same index, rows and clips as on the local disk, from a real S3 server."""

import json
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import s3fs
import yaml

import benchmarks.bucket
from heschl.check.machine import check_machine
from heschl.params import ParamsError, parse
from heschl.shards import bucket, cached, store
from heschl.shards.bucket import STORE
from heschl.shards.index import ShardError
from heschl.shards.read import Shards
from heschl.shards.remix import Remix
from heschl.shards.store import Store
from heschl.shards.write import ShardParams, listed, write_shards
from tests.helpers.mixtures import draw_mixtures, saved
from tests.helpers.s3 import Connection

TASKS = ("word", "genre")
PARAMS = ShardParams(clips=10, remix=True, store=None)
pytestmark = pytest.mark.slow


@pytest.fixture
def place(place, monkeypatch):
    """The URL of an empty bucket; the project's cache holds 1 GB."""
    monkeypatch.setattr(cached, "SPARE", 0)
    machine(cache_gb=1.0)
    return place


def machine(**values):
    given = {
        "accelerator": "cpu", "devices": 1, "num_nodes": 1, "strategy": "auto", "launch": [], "workers": 0,
        "compile": False, "channels_last": True, "checkpoint_steps": 2, "log_steps": 2, "loggers": [],
        "cache": "work/cache",
    }  # fmt: skip
    with open("params.yaml", "w") as file:
        yaml.safe_dump({"machine": given | values}, file)


@pytest.fixture(scope="module")
def table(corpus, sound, mixture_params):
    return saved(draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound))


@pytest.fixture(scope="module")
def local(table, corpus, sound, mixture_params, tmp_path_factory):
    """Shards on the local disk, and what writes such shards to a folder and a store."""
    rule = {"snr_db": [0.0], "clean": 0.1}
    record = {"mixtures": {"level_db": [-20.0], "train": rule}}
    write = partial(write_shards, table, corpus[0], tasks=TASKS, sound=sound, params=PARAMS, record=record)
    folder = tmp_path_factory.mktemp("local")
    return folder, write(folder), write


def clips(shards):
    return shards.waveforms(np.arange(len(shards)))


@pytest.fixture
def stored(local, place, tmp_path):
    """A folder with the index of shards in a bucket, and the store."""
    folder, where = tmp_path / "shards", Store(f"{place}/0123456789abcdef")
    index = local[2](folder, store=where)
    kept = set(listed(index, stored=True))
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in kept:
            path.unlink()
    return folder, where


def test_index_rows_and_clips_are_those_of_the_local_shards(local, stored):
    folder, index, _ = local
    assert (stored[0] / "index.json").read_bytes() == (folder / "index.json").read_bytes()
    assert not list(stored[0].rglob("*.tar"))
    for split in index["splits"]:
        here, there = Shards.open(folder, split), Shards.open(stored[0], split)
        np.testing.assert_array_equal(clips(here), clips(there))
        assert [here.record(n) for n in range(len(here))] == [there.record(n) for n in range(len(there))]
        there.tars.copier.join()
        np.testing.assert_array_equal(clips(here), clips(there))
    objects = stored[1].objects()
    assert set(objects) == set(listed(index)) - {"index.json"}
    for file in objects:
        assert (Path("work/cache/shards/0123456789abcdef") / file).read_bytes() == (
            folder / file
        ).read_bytes()


def test_remixed_clips_are_those_of_the_local_shards(local, stored):
    here, there = (Remix(Shards.open(folder, "train"), seed=1) for folder in (local[0], stored[0]))
    numbers = np.array([5, 3, 20, 5])
    np.testing.assert_array_equal(here.waveforms(numbers, 1), there.waveforms(numbers, 1))


def test_copies_in_the_cache_are_read_without_the_server(local, stored, s3):
    first = Shards.open(stored[0], "train")
    clips(first)
    first.tars.copier.join()
    again = Shards.open(stored[0], "train")
    s3.pause()
    try:
        np.testing.assert_array_equal(clips(again), clips(Shards.open(local[0], "train")))
    finally:
        s3.resume()


def test_the_cache_is_bounded_and_what_it_cannot_hold_is_read_from_the_bucket(local, stored, tmp_path):
    size = local[1]["splits"]["train"]["shards"][0]["bytes"]
    machine(cache_gb=2.5 * size / 1e9)
    other = tmp_path / "work/cache/shards/old/train/00000.tar"
    other.parent.mkdir(parents=True)
    other.write_bytes(bytes(size))
    shards = Shards.open(stored[0], "train")
    for _ in range(2):
        np.testing.assert_array_equal(clips(shards), clips(Shards.open(local[0], "train")))
        shards.tars.copier.join()
    assert not other.exists()
    assert len(list((tmp_path / "work/cache/shards/0123456789abcdef").rglob("*.tar"))) == 2


def test_a_damaged_copy_in_the_cache_is_copied_again(local, stored, tmp_path):
    shards = Shards.open(stored[0], "validation")
    clips(shards)
    shards.tars.copier.join()
    copy = tmp_path / "work/cache/shards/0123456789abcdef/validation/00000.tar"
    damaged = bytearray(copy.read_bytes())
    damaged[1000] ^= 1
    copy.write_bytes(damaged)
    again = Shards.open(stored[0], "validation")
    np.testing.assert_array_equal(clips(again), clips(Shards.open(local[0], "validation")))
    again.tars.copier.join()
    assert copy.read_bytes() == (local[0] / "validation/00000.tar").read_bytes()


def test_an_object_that_is_missing_or_was_changed_is_named(stored):
    folder, where = stored
    path = folder / "x.tar"
    where.get("train/00001.tar", path)
    content = bytearray(path.read_bytes())
    content[-2000] ^= 1
    path.write_bytes(content)
    where.put(path, "train/00001.tar")
    with pytest.raises(ShardError, match=r"s3://.*/train/00001\.tar does not have the sha256.*-f shards"):
        Shards.open(folder, "train")
    unchecked = Shards.open(folder, "train", verify=False)
    unchecked.fetch([(0, 0, 2)])
    unchecked.tars.copier.join()
    with pytest.raises(
        ShardError, match=r"s3://.*/0123456789abcdef/train/00001\.tar does not have the sha256"
    ):
        clips(unchecked)
    where._fs.rm(f"{where.url}/train/00001.tar")
    with pytest.raises(ShardError, match=r"s3://.*/0123456789abcdef/train/00001\.tar is missing"):
        Shards.open(folder, "train")


def test_rows_and_store_json_that_were_changed_are_named(stored):
    folder = stored[0]
    (folder / "test/00000.jsonl").write_text("{}\n")
    with pytest.raises(ShardError, match=r"test/00000\.jsonl is missing or was changed.*dvc checkout"):
        Shards.open(folder, "test")
    content = json.loads((folder / STORE).read_text())
    (folder / STORE).write_text(json.dumps(content | {"url": "s3://user:secret@bucket/x"}))
    with pytest.raises(ShardError, match=r"store\.json: url"):
        Shards.open(folder, "train")
    (folder / STORE).write_text(json.dumps(content | {"url": "s3://bucket/.."}))
    with pytest.raises(ShardError, match=r"store\.json: url"):
        Shards.open(folder, "train")


def test_an_object_that_was_written_again_with_the_same_bytes_is_the_same(stored):
    content = json.loads((stored[0] / STORE).read_text())
    for tar in content["tars"].values():
        tar["etag"] = "of an earlier upload"
    (stored[0] / STORE).write_text(json.dumps(content))
    assert len(clips(Shards.open(stored[0], "train")))


@pytest.mark.parametrize("url", ["s3://user:secret@bucket/x", "s3://bucket/x?key=secret", "bucket/secret"])
def test_an_address_with_a_password_is_refused_and_not_shown(url):
    with pytest.raises(ParamsError, match=r"shards\.store is not an address such as s3://") as error:
        parse("shards", {"clips": 1, "remix": False, "store": url}, ShardParams)
    assert "secret" not in str(error.value)


def test_a_connection_that_comes_back_goes_on_and_one_that_does_not_names_the_shard(
    local, stored, s3, monkeypatch
):
    monkeypatch.setattr(store, "WAITS_S", (0.5,) * 8)
    machine(cache_gb=1e-9)
    connection = Connection(s3.port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{connection.port}")
    s3fs.S3FileSystem.clear_instance_cache()
    shards = Shards.open(stored[0], "train")
    connection.cut()
    monkeypatch.setattr(store, "WAITS_S", (0.5,) * 10)
    threading.Timer(1.2, connection.mend).start()
    np.testing.assert_array_equal(clips(shards), clips(Shards.open(local[0], "train")))
    monkeypatch.setattr(store, "WAITS_S", (0.05,))
    connection.cut()
    with pytest.raises(ShardError, match=r"s3://.*/0123456789abcdef/train/0000\d\.tar: .*it resumes"):
        shards.waveforms(np.array([1]))


def test_the_check_of_the_machine_asks_the_bucket(place):
    for url, state, text in (
        (place, "ok", "answers; the shards go to"),
        ("s3://nowhere/data", "error", "Check the connection, the name and the credentials"),
        ("other://place/data", "error", "which cannot be used"),
    ):
        found = check_machine({"shards": replace(PARAMS, store=url)}, Path("data/shards"))
        (finding,) = [each for each in found if each.subject == "bucket"]
        assert (finding.state, text in finding.text) == (state, True), finding


def test_shards_that_were_moved_to_another_bucket_are_written_again(local, stored, place):
    folder, where = stored[0], Store(f"{place}2/0123456789abcdef")
    for file in listed(local[1])[1:]:
        (folder / file).with_suffix(bucket.MOVED).write_text(
            json.dumps({"url": "s3://other/place", "file": file})
        )
    local[2](folder, store=where)
    assert set(where.objects()) == set(listed(local[1])) - {"index.json"}


def test_writing_resumes_where_the_connection_was_cut(local, place, tmp_path, monkeypatch):
    folder, where, whole = tmp_path / "shards", Store(f"{place}/0123456789abcdef"), Store.put
    left = iter(range(2))

    def put(self, path, file):
        if next(left, None) is None:
            raise ShardError("cut")
        return whole(self, path, file)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", put)
        with pytest.raises(ShardError, match="cut"):
            local[2](folder, store=where)
    assert len(where.objects()) == 2
    sent = []
    monkeypatch.setattr(
        Store, "put", lambda self, path, file: (sent.append(file), whole(self, path, file))[1]
    )
    local[2](folder, store=where)
    assert len(sent) == len(where.objects()) - 2
    assert (folder / "index.json").read_bytes() == (local[0] / "index.json").read_bytes()


def test_the_benchmark_reads_a_bucket(local, place, monkeypatch, capsys):
    monkeypatch.setenv("HESCHL_MACHINE", "{}")  # the benchmark changes it
    monkeypatch.setattr(sys, "argv", ["bucket", "--shards", str(local[0]), "--store", place, "--passes", "1"])
    benchmarks.bucket.main()
    assert "bucket, later passes" in capsys.readouterr().out
