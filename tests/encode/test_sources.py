"""The registry of brain data."""

from pathlib import Path

import numpy as np
import pytest

from heschl.encode import sources
from heschl.encode.params import EncodeParams
from heschl.encode.responses import ResponsesError, clean
from heschl.params import ParamsError, load, parse, plain

FILE = Path(__file__).parents[2] / "params.yaml"


def test_unknown_sources_and_missing_files_are_named(tmp_path):
    with pytest.raises(
        ResponsesError,
        match=r"encode.source is 'fmri'; expected one of components, nh2015, b2021, table to read",
    ):
        sources.read("fmri", tmp_path)
    for source, file in {
        "components": "components.mat",
        "nh2015": "neural_stim_meta.npy",
        "b2021": "stim_info_v4.mat",
    }.items():
        with pytest.raises(ResponsesError, match=f"{file} is missing: inputs/brain/README.md"):
            sources.read(source, tmp_path)


def test_a_source_is_one_reader_in_the_registry(tmp_path, monkeypatch):
    def read(folder):
        values = np.load(folder / "toy.npy")
        return clean(["a", "b", "c"], values, ["v"], np.array([""]), np.array([""]), "toy")

    np.save(tmp_path / "toy.npy", np.arange(6.0).reshape(3, 1, 2))
    monkeypatch.setitem(sources.SOURCES, "toy", read)
    section = plain(load("encode", EncodeParams, FILE))
    params = parse("encode", section | {"source": "toy", "folder": str(tmp_path)}, EncodeParams)
    assert sources.read(params.source, params.folder).values[:, 0, 1].tolist() == [1, 3, 5]


def test_params_name_a_registered_source():
    section = plain(load("encode", EncodeParams, FILE))
    message = "encode.source is 'fmri'.*expected one of components, nh2015, b2021, table, simulated"
    with pytest.raises(ParamsError, match=message):
        parse("encode", section | {"source": "fmri"}, EncodeParams)
