import pickle

import numpy as np
import pandas as pd
import pytest

from heschl.corpus.tables import CorpusError
from heschl.mixtures import columns
from heschl.mixtures.recordings import Rows, load


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "file": ["a.wav", "b/é.wav", "", "a.wav", "日本.wav"],
            "word": ["no", "yes", "no", "no", "ß"],
            "start_s": np.arange(5) / 3,
            "split": ["train", "test", "train", "validation", "train"],
        }
    )


@pytest.mark.parametrize("batch", [2, 100])
def test_stored_rows_are_those_of_the_table(tmp_path, frame, monkeypatch, batch):
    monkeypatch.setattr(columns, "BATCH", batch)
    frame.to_parquet(tmp_path / "words.parquet", index=False, row_group_size=3)
    stored = columns.store(tmp_path / "words.parquet", tmp_path / "columns")
    rows, whole = Rows(stored, np.arange(5, dtype=np.int32)), Rows.of(frame)
    assert list(rows) == list(whole) == frame.to_dict("records")
    for name in ("train", "test"):
        here, there = (each.of_split(name).grouped("word") for each in (rows, whole))
        assert list(here) == list(there)
        assert {label: list(own) for label, own in here.items()} == {
            label: list(own) for label, own in there.items()
        }


def test_another_process_gets_the_folder_and_not_the_values(tmp_path, frame):
    many = pd.concat([frame] * 1000, ignore_index=True)
    many.to_parquet(tmp_path / "words.parquet", index=False)
    stored = columns.store(tmp_path / "words.parquet", tmp_path / "columns")
    assert len(stored["file"]) == 5000
    sent = pickle.dumps(stored)
    assert len(sent) < 1000
    again = pickle.loads(sent)
    assert [again["file"][place] for place in (0, 1, 4999)] == ["a.wav", "b/é.wav", "日本.wav"]


def test_a_corpus_without_a_table_or_column_is_refused(tmp_path, corpus):
    for name, table in corpus[1].items():
        table.drop(columns="split" if name == "talkers" else []).to_parquet(
            tmp_path / f"{name}.parquet", index=False
        )
    with pytest.raises(CorpusError, match=r"talkers.parquet has no column 'split'. Make it again"):
        load(tmp_path, tmp_path / "columns")
    (tmp_path / "music.parquet").unlink()
    with pytest.raises(CorpusError, match=r"music.parquet is missing. Make the corpus: dvc repro corpus"):
        load(tmp_path, tmp_path / "columns")


def test_an_empty_cell_is_named_and_an_empty_table_has_no_rows(tmp_path, frame):
    frame.assign(word=[None, *frame["word"][1:]]).to_parquet(tmp_path / "words.parquet", index=False)
    with pytest.raises(CorpusError, match=r"words.parquet has empty cells in word. Make it again"):
        columns.store(tmp_path / "words.parquet", tmp_path / "columns")
    frame[:0].to_parquet(tmp_path / "words.parquet", index=False)
    assert [len(each) for each in columns.store(tmp_path / "words.parquet", tmp_path / "none").values()] == [
        0
    ] * 4


def test_texts_are_in_alphabetical_order_whatever_the_order_of_categories(frame):
    odd = frame.assign(word=pd.Categorical(frame["word"], ["ß", "yes", "no"]))
    assert list(Rows.of(odd).grouped("word")) == list(Rows.of(frame).grouped("word")) == ["no", "yes", "ß"]
