"""A run is called by its result unless somebody named it."""

from pathlib import Path

import pytest

from heschl import tracking
from heschl.tracking.run import open_run

pytestmark = pytest.mark.usefixtures("store")
SUMMARY = {"word_clean": 0.752, "word_at_3dB": 0.58, "genre_clean": 0.8177}


def opened():
    index = {"digest": "0" * 64, "splits": {}}
    return open_run({"corpus": {"source": "synthetic"}}, Path("data/shards"), index, None, "process")


def name_of(run_id):
    return tracking.client().get_run(run_id).info.run_name


def test_a_run_is_called_by_its_latest_result():
    run_id = opened()
    tracking.name_by_result(run_id, SUMMARY)
    assert name_of(run_id) == "synthetic word 75 genre 82"
    tracking.name_by_result(run_id, {"word_clean": 0.5})
    assert name_of(run_id) == "synthetic word 50"


def test_a_name_that_somebody_gave_stays(monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "early")
    run_id = opened()
    tracking.name_by_result(run_id, SUMMARY)
    assert name_of(run_id) == "early"


def test_a_run_that_the_store_lacks_is_not_named():
    tracking.name_by_result("f" * 32, SUMMARY)
    assert not tracking.waiting()


def test_the_description_of_a_run():
    run_id = opened()
    assert tracking.describe(run_id, "It names the word in 75\u00a0%.")
    assert tracking.client().get_run(run_id).data.tags["mlflow.note.content"] == "It names the word in 75 %."
