"""The description of a small data set, read by mlcroissant."""

import io
import itertools
import json
import math
import re
import shutil
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile

from heschl import tables
from heschl.commands import croissant as command
from heschl.export import croissant
from heschl.shards.read import Shards
from heschl.shards.write import ShardParams, write_shards
from tests.helpers.mixtures import draw_mixtures, saved
from tests.helpers.releases import SOURCES

pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries about each other
PROVENANCE = {
    "source": "recordings", "text": "Recordings from the folder x.",
    "tables": {"words": {"files": 3, "hours": 0.5}},
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory, corpus, sound, mixture_params):
    """A folder with the outputs of corpus, mixtures and shards."""
    folder = tmp_path_factory.mktemp("project")
    source, rows = corpus
    table = saved(draw_mixtures(rows, source, ("word", "genre"), mixture_params, sound))
    params = ShardParams(clips=20, remix=True, store=None)
    write_shards(table, source, folder / "data/shards", ("word", "genre"), sound, params, {})
    (folder / "data/mixtures").mkdir()
    shutil.copy(table.path, folder / command.MIXTURES)
    tables.write_json(folder / command.PROVENANCE, PROVENANCE)
    (folder / "sources.csv").write_text(SOURCES)
    return folder


def run(monkeypatch, project, *words):
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "argv", ["heschl croissant", *words])
    command.main()


@pytest.fixture
def dataset(project, monkeypatch):
    mlcroissant = pytest.importorskip("mlcroissant")
    run(monkeypatch, project, "--sources", "sources.csv")
    return mlcroissant.Dataset(jsonld=project / "croissant.json")


def test_mlcroissant_reads_the_clips_and_their_sounds(project, dataset):
    table = pd.read_parquet(project / command.MIXTURES)
    for row, record in zip(table.to_dict("records"), dataset.records("clips"), strict=True):
        for name in ("key", "split", "task", "word", "genre", "source", "background"):
            assert record[f"clips/{name}"].decode() == row[name]
        clean = math.isnan(row["snr_db"])
        assert record["clips/snr_db"] == (None if clean else row["snr_db"])
    counts = {row["splits/name"]: row["splits/clips"] for row in dataset.records("splits")}
    assert counts == table["split"].value_counts().to_dict()
    shards = Shards.open(project / "data/shards", "test")
    numbers = {key: number for number, key in enumerate(shards.keys(np.arange(len(shards))))}
    heard = {
        record["waveforms/key"].decode(): record["waveforms/sound"] for record in dataset.records("waveforms")
    }
    assert set(heard) == set(table["key"])
    for key, number in itertools.islice(numbers.items(), 5):
        waveform, rate = soundfile.read(io.BytesIO(heard[key]), dtype="int16")
        assert rate == shards.sound.sample_rate
        np.testing.assert_array_equal(waveform, shards.waveforms(np.array([number]))[0])


def test_sources_counts_and_checksums_are_in_it(project, dataset):
    text = (project / "croissant.json").read_text()
    found = json.loads(text)
    assert found["license"] == ["CC BY 4.0", "CC BY-NC-SA 3.0"]
    assert "Words by A. Speaker (2018)" in found["citeAs"]
    assert "a file holds the target and then the background" in text
    index = json.loads((project / "data/shards/index.json").read_text())
    sums = {each.get("sha256") for each in found["distribution"]}
    assert all(entry["sha256"] in sums for split in index["splits"].values() for entry in split["shards"])


def test_files_are_named_where_they_will_be(project, monkeypatch):
    pytest.importorskip("mlcroissant")
    run(
        monkeypatch,
        project,
        "--sources",
        "sources.csv",
        "--url",
        "https://example.org/set/",
        "--name",
        "mine",
    )
    found = json.loads((project / "croissant.json").read_text())
    assert found["name"] == "mine"
    urls = [each["contentUrl"] for each in found["distribution"] if "contentUrl" in each]
    assert urls[0] == "https://example.org/set/data/mixtures/mixtures.parquet"
    assert all(url.startswith("https://example.org/set/data/") for url in urls)


@pytest.mark.parametrize(
    ("words", "said"),
    {
        (): "nothing says by whom, under which license",
        ("--sources", "sources.csv", "--out", "deep/down/x.json"): "mixtures.parquet is not below",
    }.items(),
)
def test_errors_are_lines(project, monkeypatch, words, said):
    with pytest.raises(SystemExit, match=f"^heschl croissant: .*{re.escape(said)}"):
        run(monkeypatch, project, *words)
    assert not (project / "deep").exists()


def test_a_missing_package_is_named(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlcroissant", None)
    with pytest.raises(
        croissant.CroissantError, match=r"mlcroissant is not installed: pip install '\.\[export\]'"
    ):
        croissant._library()
