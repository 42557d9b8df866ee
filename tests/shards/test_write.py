import json

import pytest

from pipeline.mixtures.draw import draw_mixtures
from pipeline.shards.write import ShardParams, portable, write_shards

TASKS = ("word", "genre")


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
    made = write_shards(table, corpus[0], tmp_path, TASKS, sound, ShardParams(clips=3), params)
    assert json.loads((tmp_path / "index.json").read_text()) == made
    assert made["params"] == record("recordings")
    assert [shard["clips"] for shard in made["splits"]["train"]["shards"]] == [3, 1]
