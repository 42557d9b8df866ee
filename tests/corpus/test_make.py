"""A corpus folder from params: synthesized, interrupted and resumed."""

import hashlib
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from heschl.audio import Sound
from heschl.corpus import make, synthetic
from heschl.corpus.tables import SPLITS, UNIT, CorpusError, load
from tests.helpers import presets

SOUND = Sound(sample_rate=16000, clip_s=2.0)


@pytest.fixture(scope="module")
def params():
    """The params of presets/ci.yaml with fewer and shorter sounds."""
    whole = presets.load("ci", "corpus", make.CorpusParams)
    made = whole.synthetic
    speech = replace(
        made.speech,
        words=("coffee", "winter"),
        word_voices=3,
        tokens_per_word=1,
        talker_voices=3,
        talker_seconds=3.0,
    )
    music = replace(made.music, genres=("folk", "latin"), songs_per_genre=3, song_seconds=3.0)
    scenes = replace(made.scenes, kinds=("rain",), recipes_per_kind=3, scene_seconds=3.0)
    return replace(whole, synthetic=synthetic.SyntheticParams(speech=speech, music=music, scenes=scenes))


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory, params):
    folder = tmp_path_factory.mktemp("made")
    make.make(params, folder, SOUND)
    return folder


def test_tables_files_and_provenance(made):
    tables = load(made)
    for name, table in tables.items():
        assert set(table["split"]) == set(SPLITS)
        assert table.groupby(UNIT[name])["split"].nunique().eq(1).all()
        assert all((made / file).is_file() for file in table["file"])
    assert not set(tables["words"]["speaker"]) & set(tables["talkers"]["speaker"])
    assert len(tables["words"]) == 6
    provenance = json.loads((made / "provenance.json").read_text())
    assert provenance["text"].startswith("Synthetic")
    assert provenance["tables"]["words"]["units"] == {"train": 1, "validation": 1, "test": 1}
    assert sorted(path.name for path in made.iterdir()) == [
        "audio",
        "music.parquet",
        "provenance.json",
        "quarantine.csv",
        "scenes.parquet",
        "talkers.parquet",
        "words.parquet",
    ]


@pytest.mark.slow
def test_two_processes_and_a_stop_give_the_same_bytes(made, params, tmp_path, monkeypatch):
    assert len(pd.read_csv(made / "quarantine.csv")) == 0
    monkeypatch.setattr(synthetic.shutil, "rmtree", lambda folder: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        make.make(params, tmp_path, SOUND)
    monkeypatch.undo()
    kept = tmp_path / "audio" / "music" / "folk-00.wav"
    before = kept.stat().st_mtime_ns
    (tmp_path / "rows" / "music" / "folk-01.json").unlink()
    (tmp_path / "audio" / "music" / "folk-01.wav").write_bytes(b"half")
    monkeypatch.setenv("HESCHL_WORKERS", "2")
    make.make(params, tmp_path, SOUND)
    assert kept.stat().st_mtime_ns == before
    assert digests(tmp_path) == digests(made)


def test_a_missing_or_foreign_table_is_named(made, tmp_path):
    shutil.copytree(made, tmp_path / "corpus")
    pd.DataFrame({"file": []}).to_parquet(tmp_path / "corpus" / "music.parquet")
    with pytest.raises(CorpusError, match=r"music\.parquet has no column 'genre'\. Make it again"):
        load(tmp_path / "corpus")
    (tmp_path / "corpus" / "words.parquet").unlink()
    with pytest.raises(CorpusError, match=r"words\.parquet is missing\. Make the corpus: dvc repro corpus"):
        load(tmp_path / "corpus")


def test_labels_of_too_few_sources_are_an_error(params, tmp_path):
    with pytest.raises(CorpusError, match=r"words: no word has 4 speakers \(corpus\.min_sources\)"):
        make.make(replace(params, min_sources=4), tmp_path, SOUND)


def test_provenance_shows_which_sounds_changed(made, params, tmp_path):
    """The stage `shards` compares this file, so that no shard of older sounds survives."""
    quieter = replace(params.synthetic.music, level_db=(-40.0, -35.0))
    make.make(replace(params, synthetic=replace(params.synthetic, music=quieter)), tmp_path, SOUND)
    before, after = (
        json.loads((folder / "provenance.json").read_text())["tables"] for folder in (made, tmp_path)
    )
    assert [name for name in before if before[name]["audio_sha256"] != after[name]["audio_sha256"]] == [
        "music"
    ]
