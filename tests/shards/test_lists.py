import json

import numpy as np
import pytest

from heschl.shards import lists
from heschl.shards.lists import Saved, compact, load, pieces, plain


def entry(number):
    return {
        "file": f"train/{number:05d}.tar",
        "keys": [f"train-{place}" for place in range(number)] or ["none"],
        "wav": list(range(1, number + 2)),
        "json": [[place, 300] for place in range(number + 1)],
        "targets": {"word": [0] * (number + 1)},
    }


INDEX = {
    "version": 2,
    "labels": {"word": ["yes", 'a "shards": [ b', "shards"]},
    "splits": {
        "train": {"clips": 10, "shards": [entry(number) for number in range(5)], "parts": 2},
        "test": {"shards": [], "clips": 0},
        "validation": {"clips": 1, "shards": [entry(3)]},
    },
    "params": {"shards": {"clips": 500}, "snr_db": [1.5, -2]},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("chunk", [1, 7, 100, 10**6])
def test_an_index_is_read_as_json_whatever_its_layout_and_the_size_of_chunks(
    tmp_path, monkeypatch, indent, chunk
):
    monkeypatch.setattr(lists, "CHUNK", chunk)
    (tmp_path / "index.json").write_text(json.dumps(INDEX, indent=indent))
    found = load(tmp_path / "index.json")
    assert json.loads(json.dumps(found, default=plain)) == INDEX
    assert list(found) == list(INDEX)
    shards = found["splits"]["train"]["shards"]
    assert isinstance(shards[2]["wav"], np.ndarray)
    assert "".join(pieces(found)) == json.dumps(INDEX, sort_keys=True)
    assert "".join(pieces(found, sort_keys=False)) == json.dumps(INDEX)


@pytest.mark.parametrize("chunk", [3, 10**6])
@pytest.mark.parametrize(
    "text",
    [
        '{"shards": [',
        '{"shards": [1',
        '{"shards": [1,]}',
        '{"shards": [1 2]}',
        '{"shards": [{"file": ]}',
        '{"shards": []',
        '{"shards": []} 3',
        '{"\\u0073hards": []}',
        '{"\\u0073hards": [{}]}',
        "",
    ],
)
def test_what_is_not_json_is_refused(tmp_path, monkeypatch, chunk, text):
    monkeypatch.setattr(lists, "CHUNK", chunk)
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011  the caller names the file
        load(tmp_path / "index.json")


def test_an_entry_in_a_file_is_written_as_one_in_memory(tmp_path):
    (tmp_path / "00003.entry").write_text(json.dumps(entry(3)))
    saved = INDEX | {"splits": {"validation": {"clips": 1, "shards": [Saved(tmp_path / "00003.entry")]}}}
    whole = INDEX | {"splits": {"validation": {"clips": 1, "shards": [compact(entry(3))]}}}
    assert "".join(pieces(saved)) == "".join(pieces(whole))
