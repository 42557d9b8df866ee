import hashlib
import io
import json
import pickle
import shutil
import tarfile
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import webdataset

from heschl.mixtures.mix import render
from heschl.mixtures.row import Mixture
from heschl.shards.index import ShardError
from heschl.shards.read import Shards
from heschl.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import draw_mixtures, saved

TASKS = ("word", "genre")
PARAMS = ShardParams(clips=10, remix=False, store=None)


@pytest.fixture(scope="module")
def table(corpus, sound, mixture_params):
    folder, tables = corpus
    return draw_mixtures(tables, folder, TASKS, mixture_params, sound)


@pytest.fixture(scope="module")
def written(tmp_path_factory, table, corpus, sound):
    folder = tmp_path_factory.mktemp("shards")
    write_shards(saved(table), corpus[0], folder, TASKS, sound, PARAMS, {"seed": 1})
    return folder


@pytest.fixture
def copy(tmp_path, written):
    return shutil.copytree(written, tmp_path / "shards")


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_webdataset_reads_what_the_index_says(written, table, corpus, sound):
    index = json.loads((written / "index.json").read_text())
    assert index["labels"] == {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass", "flute"]}
    for split, rows in table.groupby("split", sort=False):
        urls = [str(written / shard["file"]) for shard in index["splits"][split]["shards"]]
        samples = list(
            webdataset.WebDataset(urls, shardshuffle=False, nodesplitter=webdataset.single_node_only)
        )
        assert [sample["__key__"] for sample in samples] == rows["key"].tolist()
        ours = Shards.open(written, split)
        for number in (0, len(samples) // 2, len(samples) - 1):
            row = rows.iloc[number].to_dict()
            pcm, rate = soundfile.read(io.BytesIO(samples[number]["wav"]), dtype="int16")
            mixture = Mixture.of(row)
            np.testing.assert_array_equal(pcm, render(mixture, corpus[0], sound))
            np.testing.assert_array_equal(ours.waveforms(np.array([number]))[0], pcm)
            assert rate == sound.sample_rate
            assert json.loads(samples[number]["json"]) == ours.record(number)
            assert ours.record(number)["target_file"] == row["target_file"]
            assert index["labels"]["word"][ours.targets["word"][number]] == row["word"]


@pytest.mark.parametrize("workers", ["1", "2", "3"])
@pytest.mark.slow
def test_the_same_bytes_for_any_number_of_processes(
    tmp_path, monkeypatch, table, corpus, sound, written, workers
):
    monkeypatch.setenv("HESCHL_WORKERS", workers)
    write_shards(saved(table), corpus[0], tmp_path, TASKS, sound, PARAMS, {"seed": 1})
    assert files(tmp_path) == files(written)


def test_a_stopped_run_keeps_its_shards(copy, table, corpus, sound, written):
    (copy / "index.json").unlink()
    (copy / "train" / "00001.tar").unlink()
    kept = (copy / "train" / "00000.tar").stat().st_mtime_ns
    write_shards(saved(table), corpus[0], copy, TASKS, sound, PARAMS, {"seed": 1})
    assert files(copy) == files(written)
    assert (copy / "train" / "00000.tar").stat().st_mtime_ns == kept


def test_a_flipped_byte_is_found(copy):
    path = copy / "train" / "00002.tar"
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(ShardError, match=r"train/00002\.tar does not have the sha256 .* dvc checkout"):
        Shards.open(copy, "train")
    Shards.open(copy, "validation")


def test_a_tar_cut_at_a_members_edge_is_found(copy):
    path = copy / "test" / "00001.tar"
    with tarfile.open(path) as tar:
        edge = tar.getmembers()[4].offset
    path.write_bytes(path.read_bytes()[:edge])
    assert list(webdataset.WebDataset(str(path), shardshuffle=False))  # webdataset itself says nothing
    with pytest.raises(
        ShardError, match=r"test/00001\.tar has \d+ bytes, index\.json says \d+: it was truncated"
    ):
        Shards.open(copy, "test")


def test_a_missing_shard_index_or_split_is_named(copy):
    (copy / "validation" / "00000.tar").unlink()
    with pytest.raises(ShardError, match=r"validation/00000\.tar is missing"):
        Shards.open(copy, "validation")
    with pytest.raises(ShardError, match="has no split 'dev'"):
        Shards.open(copy, "dev")
    (copy / "index.json").write_text("{")
    with pytest.raises(ShardError, match=r"index\.json is not an index"):
        Shards.open(copy, "train")
    (copy / "index.json").unlink()
    with pytest.raises(ShardError, match=r"index\.json is missing\. Make the shards"):
        Shards.open(copy, "train")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda index: index["splits"]["train"].update(clips=7), r"the shards have \d+ clips in all, not 7"),
        (
            lambda index: index["splits"]["train"]["shards"][0]["keys"].pop(),
            r"train/00000\.tar has 10 clips, but its lists have 9 and 10 entries",
        ),
        (lambda index: index["labels"]["word"].pop(), "has a word class beyond its 2 labels"),
        (lambda index: index.update(version=0), "has version 0; this code reads 2"),
        (lambda index: index.pop("sound"), "is not an index of shards: sound: field required"),
    ],
)
def test_an_index_that_disagrees_with_itself(copy, change, message):
    index = json.loads((copy / "index.json").read_text())
    change(index)
    (copy / "index.json").write_text(json.dumps(index))
    with pytest.raises(ShardError, match=message):
        Shards.open(copy, "train")


def test_a_leftover_shard_with_other_clips_is_refused(tmp_path, written, table, corpus, sound):
    (tmp_path / "train").mkdir()
    shutil.copy(written / "train" / "00001.tar", tmp_path / "train" / "00000.tar")
    with pytest.raises(ShardError, match=r"00000\.tar does not contain the clips of its rows"):
        write_shards(saved(table), corpus[0], tmp_path, TASKS, sound, PARAMS, {})


def test_rate_and_length_are_in_the_index(written, sound):
    assert Shards.open(written, "test").sound == replace(sound)


def test_shards_are_pickled_without_their_bytes(written):
    opened = Shards.open(written, "test")
    before = opened.waveforms(np.arange(3))
    sent = pickle.dumps(opened)
    assert len(sent) < 2 * (written / "index.json").stat().st_size < before.nbytes
    np.testing.assert_array_equal(pickle.loads(sent).waveforms(np.arange(3)), before)


def test_clips_have_their_keys_by_number(written):
    opened = Shards.open(written, "test")
    numbers = np.array([5, 0, len(opened) - 1])
    assert opened.keys(numbers) == [opened.record(number)["key"] for number in numbers]


def test_sha256_is_that_of_the_bytes(written):
    entry = json.loads((written / "index.json").read_text())["splits"]["train"]["shards"][0]
    assert entry["sha256"] == hashlib.sha256((written / entry["file"]).read_bytes()).hexdigest()
