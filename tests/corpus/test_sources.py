"""Every registered source has what it needs, and another one takes a file and a line."""

import json
from importlib import metadata

import numpy as np
import pandas as pd
import pytest

from heschl import audio
from heschl.audio import Sound
from heschl.corpus.make import CorpusParams, make
from heschl.corpus.source import CorpusSource
from heschl.corpus.sources import SOURCES
from heschl.corpus.tables import COLUMNS, QUARANTINE, SPLITS, load
from heschl.params import ParamsError, parse, plain
from tests.helpers import presets

SOUND = Sound(sample_rate=8000, clip_s=0.5)


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_complete(name):
    source = SOURCES[name]
    assert source.name == name
    assert source.text.format(folder="here")
    assert all(metadata.version(program) for program in source.programs)


def test_the_text_of_the_synthetic_corpus():
    """Golden: it is part of provenance.json, whose checksum identifies the corpus."""
    assert SOURCES["synthetic"].text == (
        "Synthetic: speech spoken by eSpeak NG, music composed by rule and played through the General MIDI "
        "soundfont TimGM6mb, scenes and talkers synthesised. No person or instrument was recorded."
    )


def values(**changes):
    return plain(presets.load("ci", "corpus", CorpusParams)) | changes


def test_an_unknown_source_is_named():
    with pytest.raises(
        ParamsError, match=r"corpus\.source is 'radio': .*expected one of synthetic, recordings"
    ):
        parse("corpus", values(source="radio"), CorpusParams)


def tones(params, out, sound):
    """Return a corpus of three speakers, artists and sources, one file each."""
    tables = {}
    for name, columns in COLUMNS.items():
        rows = []
        for unit in "abc":
            file = f"audio/{name}/{unit}.wav"
            audio.write(out / file, np.full(sound.samples, 0.1), sound.sample_rate)
            rows.append([file, *["x"] * (len(columns) - 4), f"{name}-{unit}", 0.0, sound.clip_s])
        tables[name] = pd.DataFrame(rows, columns=list(columns))
    return tables, pd.DataFrame(columns=list(QUARANTINE))


def test_another_source_takes_a_file_and_a_line(tmp_path, monkeypatch):
    monkeypatch.setitem(SOURCES, "tones", CorpusSource("tones", tones, ("numpy",), "Tones, not {folder}."))
    made = make(parse("corpus", values(source="tones", folder="x"), CorpusParams), tmp_path, SOUND)
    assert made["text"] == "Tones, not x."
    assert made["versions"] == {"numpy": metadata.version("numpy")}
    assert json.loads((tmp_path / "provenance.json").read_text()) == made
    for table in load(tmp_path).values():
        assert sorted(table["split"]) == sorted(SPLITS)
