import pytest

from pipeline.shards.read import Shards
from pipeline.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import draw_mixtures, saved


@pytest.fixture(scope="module")
def opened(tmp_path_factory, corpus, sound, mixture_params):
    folder, tables = corpus
    table = draw_mixtures(tables, folder, ("word", "genre"), mixture_params, sound)
    out = tmp_path_factory.mktemp("shards")
    write_shards(
        saved(table),
        folder,
        out,
        ("word", "genre"),
        sound,
        ShardParams(clips=20, remix=False, store=None),
        {},
    )
    return Shards.open(out, "test")
