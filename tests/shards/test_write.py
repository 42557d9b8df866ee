import itertools
import json
import multiprocessing
import os
import signal
from dataclasses import replace

import pytest

from heschl import work
from heschl.shards import write
from heschl.shards.read import short
from heschl.shards.write import ShardParams, listed, missing_bytes, portable, write_shards
from tests.helpers.mixtures import draw_mixtures, saved

TASKS = ("word", "genre")
PARAMS = ShardParams(clips=20, remix=False, store=None)


def record(folder):
    return {"sound": {"clip_s": 1.0}, "corpus": {"source": "recordings", "folder": folder, "seed": 1}}


def test_only_the_name_of_the_corpus_folder_is_recorded():
    here, there = record("inputs/recordings"), record("/mnt/lab/recordings")
    assert portable(here) == portable(there) == record("recordings")
    assert list(portable(here)) == list(here)
    assert list(portable(here)["corpus"]) == list(here["corpus"])
    assert here == record("inputs/recordings")


@pytest.mark.parametrize("folder", ["inputs/recordings", "/mnt/lab/recordings"])
def test_the_index_stores_what_it_is_given(tmp_path, corpus, sound, mixture_params, folder):
    table = draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound).iloc[:4]
    params = portable(record(folder))
    made = write_shards(saved(table), corpus[0], tmp_path, TASKS, sound, replace(PARAMS, clips=3), params)
    written = json.loads((tmp_path / "index.json").read_text())
    shown = {name: short(split) for name, split in written["splits"].items()}
    assert written | {"splits": shown} == json.loads(json.dumps(made))
    assert not list(tmp_path.rglob("*.entry"))
    assert made["params"] == record("recordings")
    assert [shard["clips"] for shard in made["splits"]["train"]["shards"]] == [3, 1]


def killed(table, corpus, folder, sound):
    """Write shards in a process that is killed while it writes the second tar."""

    def write_and_die():
        rendered = itertools.count()
        whole = write._wav
        write._wav = lambda *row: whole(*row) if next(rendered) < 30 else os.kill(os.getpid(), signal.SIGKILL)
        write_shards(saved(table), corpus, folder, TASKS, sound, PARAMS, {})

    process = multiprocessing.get_context("fork").Process(target=write_and_die)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_kill_within_a_tar_changes_no_byte_and_leaves_no_part(
    tmp_path, monkeypatch, corpus, sound, mixture_params
):
    monkeypatch.setenv("HESCHL_WORKERS", "1")
    monkeypatch.setattr(work, "_sweep_once", lambda *folder: None)  # not even if the next start leaves it
    table = draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound)
    write_shards(saved(table), corpus[0], tmp_path / "whole", TASKS, sound, PARAMS, {})
    killed(table, corpus[0], tmp_path / "work", sound)
    assert len(list((tmp_path / "work/train").glob(".*.part"))) == 1
    index = write_shards(saved(table), corpus[0], tmp_path / "work", TASKS, sound, PARAMS, {})
    work.finish(tmp_path / "work", tmp_path / "data/shards", listed(index))
    assert files(tmp_path / "data/shards") == files(tmp_path / "whole")


def test_the_space_for_the_missing_shards_is_known(tmp_path, corpus, sound, mixture_params):
    table = draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound)
    write_shards(saved(table), corpus[0], tmp_path, TASKS, sound, PARAMS, {})
    written = sum(path.stat().st_size for path in tmp_path.rglob("*.tar"))
    counts, params = table["split"].value_counts().to_dict(), PARAMS
    assert missing_bytes(counts, params, sound, tmp_path / "none") == pytest.approx(written, rel=0.1)
    assert missing_bytes(counts, params, sound, tmp_path) < 0.1 * written
