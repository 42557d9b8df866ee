import pandas as pd
import pytest

from heschl.corpus.categories import as_texts
from heschl.corpus.splits import Split, assign_splits, check_splits, keep_common_labels, keep_shared_labels
from heschl.corpus.tables import SPLITS, TABLES, CorpusError

SHARES = Split(train=0.6, validation=0.2, test=0.2)


def corpus(speakers=10, artists=4, talkers=24):
    rows = [(f"w{s}.wav", w, f"s{s}") for s in range(speakers) for w in ("cat", "dog")]
    words = pd.DataFrame(rows, columns=["file", "word", "speaker"])
    songs = [(f"{g}{a}.wav", g, f"{g}{a}") for g in ("jazz", "rock") for a in range(artists)]
    music = pd.DataFrame(songs, columns=["file", "genre", "artist"])
    kinds = [(f"{k}{n}.wav", k, f"{k}{n}") for k in ("rain", "wind") for n in range(5)]
    scenes = pd.DataFrame(kinds, columns=["file", "kind", "source"])
    voices = pd.DataFrame([(f"t{n}.wav", f"t{n}") for n in range(talkers)], columns=["file", "speaker"])
    return {
        name: table.assign(start_s=0.0, end_s=9.0)
        for name, table in zip(
            ("words", "music", "scenes", "talkers"), (words, music, scenes, voices), strict=True
        )
    }


def test_splits_are_disjoint_by_unit_and_hold_every_label():
    tables = assign_splits(corpus(), SHARES, seed=3)
    for name, unit in {
        "words": "speaker",
        "music": "artist",
        "scenes": "source",
        "talkers": "speaker",
    }.items():
        sets = [set(tables[name].loc[tables[name]["split"] == split, unit]) for split in SPLITS]
        assert all(sets)
        assert not (sets[0] & sets[1])
        assert not (sets[0] & sets[2])
        assert not (sets[1] & sets[2])
    assert tables["music"].groupby("split")["genre"].nunique().eq(2).all()
    assert tables["words"].groupby("split")["speaker"].nunique().to_dict() == {
        "train": 6,
        "validation": 2,
        "test": 2,
    }


def test_the_order_of_the_tables():
    """Golden: random draws depend on the order."""
    assert list(TABLES) == ["words", "music", "scenes", "talkers"]


def test_every_split_has_talkers_for_eight_speaker_babble():
    tables = assign_splits(corpus(talkers=24), SHARES, seed=3)
    assert tables["talkers"].groupby("split")["speaker"].nunique().eq(8).all()


def test_the_same_seed_gives_the_same_splits_whatever_the_order_of_rows():
    first = assign_splits(corpus(), SHARES, seed=3)
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in corpus().items()}
    again = assign_splits(shuffled, SHARES, seed=3)
    other = assign_splits(corpus(), SHARES, seed=4)
    for name, table in first.items():
        assert (
            table.sort_values("file")["split"].tolist() == again[name].sort_values("file")["split"].tolist()
        )
    assert any(first[name]["split"].tolist() != other[name]["split"].tolist() for name in first)


def test_a_speaker_of_words_who_talks_too_is_one_person():
    tables = corpus()
    tables["talkers"].loc[0, "speaker"] = "s4"
    split = assign_splits(tables, SHARES, seed=0)
    assert set(split["talkers"].query("speaker == 's4'")["split"]) == set(
        split["words"].query("speaker == 's4'")["split"]
    )


def test_too_few_units_are_named():
    with pytest.raises(CorpusError, match=r"music: genre 'jazz' comes from 2 artist\(s\) \(jazz0, jazz1\)"):
        assign_splits(corpus(artists=2), SHARES, seed=0)
    with pytest.raises(CorpusError, match=r"words: the table comes from 2 speaker"):
        assign_splits(corpus(speakers=2), SHARES, seed=0)


def test_a_torn_unit_file_or_empty_split_is_found():
    tables = assign_splits(corpus(), SHARES, seed=0)
    torn = tables["words"].copy()
    torn.loc[0, "split"] = "test" if torn.loc[0, "split"] != "test" else "train"
    with pytest.raises(CorpusError, match=r"speaker 's0' is in"):
        check_splits(tables | {"words": torn})
    shared = as_texts(tables["scenes"])
    shared.loc[0, "file"] = (
        tables["music"].loc[tables["music"]["split"] != shared.loc[0, "split"], "file"].iloc[0]
    )
    with pytest.raises(CorpusError, match=r"\.wav is in .* several units"):
        check_splits(tables | {"scenes": shared})
    with pytest.raises(CorpusError, match="talkers: validation has no row"):
        check_splits(tables | {"talkers": tables["talkers"].query("split != 'validation'")})


def test_labels_that_a_split_lacks_are_left_out():
    words = assign_splits(corpus(), SHARES, seed=0)["words"]
    kept, absent = keep_shared_labels(words.query("not (split == 'validation' and word == 'cat')"), "words")
    assert absent == ["cat"]
    assert set(kept["word"]) == {"dog"}


def test_rare_labels_are_left_out_and_named():
    music = corpus()["music"]
    music = pd.concat([music, music.iloc[:1].assign(genre="polka", artist="one")])
    kept, rare = keep_common_labels(music, "music", 3)
    assert rare == ["polka"]
    assert set(kept["genre"]) == {"jazz", "rock"}
