"""Training from a bucket ends as from the local disk, whatever happens to the connection."""

import threading
from pathlib import Path

import pytest
import s3fs
import yaml

from heschl.params import plain
from heschl.shards import store as stores
from heschl.shards.index import ShardError
from heschl.shards.store import Store
from tests.helpers.s3 import Connection
from tests.helpers.trainings import changed, fit, packed

pytestmark = pytest.mark.slow
READS = 4  # of the bucket, before the connection is cut


@pytest.fixture
def connection(s3, place, store, monkeypatch):
    """A connection to the server, which the pipeline uses."""
    made = Connection(s3.port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{made.port}")
    s3fs.S3FileSystem.clear_instance_cache()
    yield made
    made.cut()


def cut_after(connection, reads, monkeypatch):
    """Cut the connection within a training, once."""
    left, whole = iter(range(reads)), Store.read

    def read(self, places):
        if next(left, None) == reads - 1:
            connection.cut()
        return whole(self, places)

    monkeypatch.setattr(Store, "read", read)


def test_a_training_from_a_bucket_goes_on_after_a_cut_and_resumes_after_a_longer_one(
    connection, place, corpus, sound, mixture_params, shard_folder, sections, monkeypatch
):
    sections = changed(sections, cache_gb=1e-9)  # nothing fits: all clips are read from the bucket
    Path("params.yaml").write_text(yaml.safe_dump({"machine": plain(sections["machine"])}))
    fit(shard_folder, sections, "local")
    expected = Path("local/weights.pt").read_bytes()
    folder = packed(
        Path("bucket"), corpus, sound, mixture_params, remix=True, store=Store(f"{place}/0123456789abcdef")
    )

    monkeypatch.setattr(stores, "WAITS_S", (0.3,) * 10)
    with monkeypatch.context() as patch:
        cut_after(connection, READS, patch)
        mending = threading.Thread(target=mend_when_cut, args=(connection,))
        mending.start()
        fit(folder, sections, "cut")
        mending.join()
    assert Path("cut/weights.pt").read_bytes() == expected

    monkeypatch.setattr(stores, "WAITS_S", (0.05,))
    with monkeypatch.context() as patch:
        cut_after(connection, READS, patch)
        with pytest.raises(ShardError, match=r"/train/0000\d\.tar: .*it resumes"):
            fit(folder, sections, "ended")
    assert not Path("ended").exists()
    connection.mend()
    fit(folder, sections, "ended")
    assert Path("ended/weights.pt").read_bytes() == expected


def mend_when_cut(connection):
    while not connection.is_cut:
        threading.Event().wait(0.05)
    threading.Event().wait(0.5)
    connection.mend()
