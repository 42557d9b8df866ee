"""Damaged shards are never read: 200 seeded damages, each an error with file, field and remedy."""

import json
import shutil
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import soundfile

from heschl.shards.index import ShardError, digest_of, read_index
from heschl.shards.lists import plain
from heschl.shards.read import Shards
from heschl.shards.verify import wav_header
from heschl.shards.write import ShardParams, write_shards
from tests.helpers import corruption
from tests.helpers.mixtures import draw_mixtures, saved

TASKS = ("word", "genre")
PARAMS = ShardParams(clips=4, remix=False, store=None)
SPLITS = ("train", "validation", "test")
FIELDS = (  # of the index, of a member, or of a file
    "class|targets|digest|wav|json|key|sound|clip_s|Hz|labels|splits|file |bytes|sha256|clips|version|line 1|"
    "column|codec|depth|fields|digits|missing|name|size|type|checksum|word|genre|member"
)


@pytest.fixture(scope="module")
def written(tmp_path_factory, corpus, sound, mixture_params):
    folder = tmp_path_factory.mktemp("shards")
    table = draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound)
    table = pd.concat([rows.iloc[:12] for _, rows in table.groupby("split", sort=False)])
    write_shards(
        saved(table),
        corpus[0],
        folder,
        TASKS,
        sound,
        ShardParams(clips=4, remix=False, store=None),
        {"seed": 1},
    )
    return folder


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setenv("HESCHL_WORKERS", "1")


def open_all(folder):
    return [Shards.open(folder, split) for split in SPLITS]


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_every_damage_is_named_with_its_file_its_field_and_the_remedy(tmp_path, written, first):
    for seed in range(first, first + 20):
        folder = shutil.copytree(written, tmp_path / str(seed))
        name = corruption.apply(folder, seed)
        with pytest.raises(ShardError) as raised:
            open_all(folder)
        said = str(raised.value)
        assert said.startswith(str(folder)), (name, said)
        assert len(said) < 600, (name, said)
        assert ".tar" in said or "index.json" in said, (name, said)
        assert "Restore it: dvc checkout -f " in said or "dvc repro" in said, (name, said)
        body = said.replace(str(folder), "").split("Restore it")[0]
        assert any(field in body for field in FIELDS.split("|")), (name, said)


def test_each_kind_of_damage_is_tried():
    assert len(corruption.DAMAGES) > 80
    assert len({seed % len(corruption.DAMAGES) for seed in range(200)}) == len(corruption.DAMAGES)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("index: another class", r"index\.json: digest is .* changed after it was written"),
        ("index: another class, signed", r"\.json: (word|genre) is .*, expected '.*' by index\.json"),
        ("index: an offset 2 bytes on, signed", r"\.wav: offset is \d+ in index\.json, .* expected \d+"),
        ("index: an offset of the next clip, signed", r"offset is \d+ in index\.json"),
        ("index: a negative class", r"targets\.(word|genre)\[\d\] is -1"),
        ("index: a key that leaves the folder", r"keys\[\d\] is '\.\./\.\./etc/passwd'"),
        ("index: another sample rate, signed", r"has wav \d+ for .* would end beyond its \d+ bytes"),
        ("index: a huge json size, signed", r"has json \[\d+, 1000000000000000\] for .*, beyond its"),
        ("index: a shard dropped, signed", r"\.tar is not listed in .*index\.json"),
        ("index: a shard twice, signed", r"key \S+ is not in order"),
        ("tar: the rate of a sample, signed", r"\.wav: its header has sample rate 44100 Hz"),
        ("tar: a member's name, signed", r"name is x\S+\.wav in the header of the tar"),
        ("tar: a row that is no text, signed", r"\.json is not the row of a clip: 'utf-8' codec"),
    ],
)
def test_the_message_says_what_was_found(tmp_path, written, kind, message):
    folder = shutil.copytree(written, tmp_path / "shards")
    corruption.DAMAGES[kind](folder, np.random.default_rng(0))
    with pytest.raises(ShardError, match=message):
        open_all(folder)


@pytest.fixture(scope="module")
def apart(tmp_path_factory, corpus, sound, mixture_params):
    """Shards whose training clips hold target and background one after the other."""
    folder = tmp_path_factory.mktemp("apart")
    table = draw_mixtures(corpus[1], corpus[0], TASKS, mixture_params, sound)
    table = pd.concat([rows.iloc[:12] for _, rows in table.groupby("split", sort=False)])
    params = ShardParams(clips=4, remix=True, store=None)
    write_shards(saved(table), corpus[0], folder, TASKS, sound, params, {"seed": 1})
    return folder


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (1, r"\.wav: size is \d+ in the header of the tar, expected \d+|offset is \d+"),
        (3, r"splits\.train\.parts is 3: input should be less than or equal to 2"),
        (None, r"splits\.train\.parts: field required"),
    ],
)
def test_another_number_of_parts_is_named(tmp_path, apart, parts, message):
    folder = shutil.copytree(apart, tmp_path / "shards")
    index = json.loads((folder / "index.json").read_text())
    assert index["splits"]["train"].pop("parts") == 2
    if parts is not None:
        index["splits"]["train"]["parts"] = parts
    corruption.sign(index)
    (folder / "index.json").write_text(json.dumps(index))
    with pytest.raises(ShardError, match=message):
        Shards.open(folder, "train")


def test_a_clip_of_two_parts_is_compared_with_its_length(tmp_path, apart):
    folder = shutil.copytree(apart, tmp_path / "shards")
    seed = next(seed for seed in range(99) if np.random.default_rng(seed).integers(len(SPLITS)) == 0)  # train
    corruption.DAMAGES["tar: the length of a sample, signed"](folder, np.random.default_rng(seed))
    with pytest.raises(ShardError, match=r"channels 1, 16 bits, 0 bytes; expected .*target and background"):
        open_all(folder)


def test_an_index_of_the_first_version_is_made_again(tmp_path, apart):
    folder = shutil.copytree(apart, tmp_path / "shards")
    index = json.loads((folder / "index.json").read_text()) | {"version": 1}
    index["splits"]["train"]["channels"] = index["splits"]["train"].pop("parts")
    corruption.sign(index)
    (folder / "index.json").write_text(json.dumps(index))
    with pytest.raises(ShardError, match=r"has version 1; this code reads 2\. Make it again: dvc repro"):
        read_index(folder)


def test_an_index_without_a_digest_says_how_to_make_it_again(tmp_path, written):
    folder = shutil.copytree(written, tmp_path / "shards")
    index = json.loads((folder / "index.json").read_text())
    del index["digest"]
    (folder / "index.json").write_text(json.dumps(index))
    with pytest.raises(
        ShardError, match=r"index\.json has no digest: .* earlier version .* dvc repro shards\."
    ):
        read_index(folder)


def test_the_digest_is_of_the_content_and_not_of_its_layout(written):
    index = read_index(written)
    backward = dict(reversed(json.loads(json.dumps(index, indent=2, default=plain)).items()))
    assert digest_of(backward) == index["digest"]
    assert digest_of(index | {"params": {}}) != index["digest"]


def test_the_header_of_a_clip_is_that_which_libsndfile_writes(sound):
    file = BytesIO()
    soundfile.write(
        file, np.zeros(sound.samples, np.int16), sound.sample_rate, format="WAV", subtype="PCM_16"
    )
    assert file.getvalue()[:44] == wav_header(sound)
