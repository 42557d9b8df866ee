"""Networks in MLflow's model registry."""

import json
import shutil
import zipfile
from pathlib import Path

import mlflow
import numpy as np
import pytest
import torch
from mlflow.tracking._tracking_service import utils

from heschl import tracking
from heschl.commands import main
from heschl.export.joined import Joined, columns
from heschl.network.saved import load_network
from heschl.tracking.moved import find_artifacts
from heschl.tracking.registry import RegistryError, registered
from tests.export.conftest import hearing, saved
from tests.tracking.test_find import add

__all__ = ["hearing", "saved"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("store")]
FILES = ("config.json", "weights.safetensors")


@pytest.fixture
def register(saved, monkeypatch):
    def run(*words, network=None):
        named = ("--network", str(network or saved))
        monkeypatch.setattr("sys.argv", ["heschl", "register", *words, *named])
        main.main()

    return run


def test_a_version_is_loaded_by_mlflow_alone_and_by_heschl(register, saved, hearing, capsys, monkeypatch):
    register("words", "--alias", "best")
    assert capsys.readouterr().out.endswith("heschl recognize --network models:/words@best FILE\n")
    waveform = 0.1 * torch.randn(5, hearing.sound.samples)
    with torch.no_grad():
        expected = torch.cat([logits for logits in hearing(waveform).values()], dim=1)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.tracking_uri())
    loaded = mlflow.pyfunc.load_model("models:/words@best")  # with MLflow's own check that it has no pickle
    np.testing.assert_allclose(loaded.predict(waveform.numpy()), expected.numpy(), atol=1e-6)
    assert loaded.metadata.metadata["columns"] == columns(hearing)
    with registered("models:/words@best", FILES) as (name, folder):
        assert name == "words version 1 (best)"
        again = load_network(folder)(waveform)
    assert all(torch.equal(again[task], logits) for task, logits in load_network(saved)(waveform).items())


def test_columns_name_the_logits_in_order(hearing):
    waveform = 0.1 * torch.randn(2, hearing.sound.samples)
    joined, logits = Joined(hearing)(waveform), hearing(waveform)
    for place, name in enumerate(columns(hearing)):
        task, label = name.split(":")
        assert torch.equal(joined[:, place], logits[task][:, hearing.labels[task].index(label)])


def test_the_saved_program_names_no_file_of_its_maker(register):
    register("words")
    (path,) = Path("mlruns").rglob("model.pt2")
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"/heschl/" not in content
    assert b"/mlflow/" not in content


def test_an_alias_moves_and_versions_stay(register):
    register("words", "--alias", "best")
    register("words", "--alias", "best", "--alias", "fast")
    for named, version in (("@best", 2), ("@fast", 2), ("/1", 1), ("/2", 2)):
        with registered(f"models:/words{named}", FILES) as (name, _):
            assert name.startswith(f"words version {version}")


def test_a_version_belongs_to_the_run_of_its_network(register, saved):
    run = add("trained")
    (saved / "run_id").write_text(run)
    register("words")
    with registered("models:/words/1", FILES) as (name, _):
        assert name == f"words version 1, run {run[:8]}"
    assert tracking.client().get_run(run).info.status == "FINISHED"
    shown = {model.source_run_id for model in tracking.client().search_logged_models(["1"])}
    assert shown == {run}


def test_a_registered_network_moves_with_its_project(register, tmp_path, monkeypatch):
    register("words")
    before = tmp_path / "before"
    before.mkdir()
    for name in (tracking.STORE, tracking.ARTIFACTS):
        shutil.move(name, before / name)
    monkeypatch.chdir(before)
    find_artifacts.cache_clear()
    utils._artifact_repos_cache.clear()
    with registered("models:/words/1", FILES) as (_, folder):
        assert json.loads((folder / "config.json").read_text())["labels"]


def test_what_is_not_there(register, saved):
    with (
        pytest.raises(RegistryError, match=r"models:/words@best is not in sqlite.*There are none\. Register"),
        registered("models:/words@best", FILES),
    ):
        pass
    register("words", "--alias", "best")
    for named, message in {
        "models:/words@worst": r"There are:\n  words: versions up to 1; @best is 1\nRegister one",
        "models:/words/3": r"models:/words/3 is not in .*\n  words: versions up to 1",
        "models:/words": "'models:/words' names no network; expected models:/NAME/VERSION",
        "models:/../../etc@x": "names no network",
    }.items():
        with pytest.raises(RegistryError, match=message), registered(named, FILES):
            pass
    with (
        pytest.raises(RegistryError, match=r"models:/words/1 has no extra_files/card\.md"),
        registered("models:/words/1", ("card.md",)),
    ):
        pass


@pytest.mark.parametrize("name", ["a b", "", "../x", "latest", "v2"])
def test_names_that_mlflow_would_read_as_something_else(register, name):
    with pytest.raises(SystemExit, match="is not a name; expected letters"):
        register(name)
    with pytest.raises(SystemExit, match="is not a name; expected letters"):
        register("words", "--alias", name)
    assert not list(Path("mlruns").rglob("model.pt2"))


def test_an_export_of_a_registered_network_says_where_it_is_from(register, monkeypatch):
    register("words", "--alias", "best")
    given = ["heschl", "export", "best", "--network", "models:/words@best", "--without-onnx"]
    monkeypatch.setattr("sys.argv", given)
    main.main()
    assert "words version 1 (best)" in Path("best/README.md").read_text()
    assert load_network("best").labels
