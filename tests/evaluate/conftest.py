import pytest

from heschl.shards.read import Shards
from tests.helpers.trainings import packed


@pytest.fixture(scope="module")
def opened(tmp_path_factory, corpus, sound, mixture_params):
    folder = packed(tmp_path_factory.mktemp("shards"), corpus, sound, mixture_params, remix=False)
    return Shards.open(folder, "test")
