import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from heschl.audio import db, length, rms
from heschl.mixtures import draw, mix
from heschl.mixtures import table as mixtures_table
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.check import MixtureError
from heschl.mixtures.params import Draw, Range, Sequence
from heschl.mixtures.recordings import Rows, load
from heschl.mixtures.row import Mixture
from heschl.mixtures.table import MixturesTable, join
from tests.helpers.mixtures import draw_mixtures

TASKS = ("word", "genre")


@pytest.fixture(scope="module")
def made(corpus, sound, mixture_params):
    folder, tables = corpus
    return draw_mixtures(tables, folder, TASKS, mixture_params, sound)


@pytest.fixture
def drawing(corpus, mixture_params, sound, tmp_path, monkeypatch):
    """Draw the parts of the table into a folder that keeps them, 16 rows each, in so many processes."""
    monkeypatch.setattr(draw, "PART", 16)

    def again(workers="1"):
        monkeypatch.setenv("HESCHL_WORKERS", workers)
        folder, tables = corpus
        return draw.draw_parts(tables, folder, TASKS, mixture_params, sound, tmp_path)

    return again


def joined(parts):
    return pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)


def test_a_killed_run_keeps_what_it_has_drawn(made, drawing, tmp_path, monkeypatch):
    drawn = draw._draw
    monkeypatch.setattr(draw, "_draw", lambda *given: drawn(*given) if given[0].name == "train" else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        drawing()
    monkeypatch.setattr(draw, "_draw", drawn)
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(kept) == 3  # of the 44 training clips
    pd.testing.assert_frame_equal(joined(drawing()), made)
    now = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert kept.items() <= now.items()
    assert [name for name in now if not name.endswith(".parquet")] == []


def test_rows_on_disk_give_the_same_table(made, corpus, mixture_params, sound, tmp_path):
    folder, tables = corpus
    (tmp_path / "corpus").mkdir()
    for name, table in tables.items():
        table.to_parquet(tmp_path / "corpus" / f"{name}.parquet", index=False)
    rows = load(tmp_path / "corpus", tmp_path / "columns")
    parts = draw.draw_parts(rows, folder, TASKS, mixture_params, sound, tmp_path)
    pd.testing.assert_frame_equal(joined(parts), made)


def test_the_table_is_its_parts(made, drawing, tmp_path, monkeypatch):
    monkeypatch.setattr(mixtures_table, "GROUP", 20)
    join(drawing(), tmp_path / "whole.parquet", TASKS)
    table = MixturesTable(tmp_path / "whole.parquet")
    groups = parquet.ParquetFile(table.path).metadata
    assert {groups.row_group(number).num_rows for number in range(groups.num_row_groups - 1)} <= {28, 32}
    pd.testing.assert_frame_equal(pd.read_parquet(table.path), made)
    assert len(table) == len(made)
    assert table.counts("key") == dict.fromkeys(made["key"], 1)
    assert table.counts("background") == made["background"].value_counts(sort=False).to_dict()
    for start, stop in ((0, 1), (15, 17), (16, 32), (40, len(made))):
        found = table.rows(start, stop)
        assert [row["key"] for row in found] == made["key"].iloc[start:stop].tolist()
        assert [Mixture.of(row).target_file for row in found] == made["target_file"].iloc[start:stop].tolist()
    with pytest.raises(FileNotFoundError, match=r"none is missing. Make it: dvc repro mixtures"):
        MixturesTable(tmp_path / "none")


def test_rows_are_those_of_their_table():
    files, ends_s = [f"{6 - number}.wav" for number in range(7)], np.arange(7) + 0.5
    frame = pd.DataFrame({"file": files, "speaker": list("bcacabb"), "end_s": ends_s})
    rows = Rows.of(frame)
    assert list(rows) == [rows[place] for place in range(7)] == frame.to_dict("records")
    assert [type(value) for value in rows[-1].values()] == [str, str, float]
    assert rows[2:4][1] == rows[3]
    late = rows.where(lambda row: row["end_s"] > 2)
    assert {name: [row["file"] for row in own] for name, own in late.grouped("speaker").items()} == {
        "a": ["4.wav", "2.wav"],
        "b": ["1.wav", "0.wav"],
        "c": ["3.wav"],
    }
    assert list(late.grouped("speaker")) == ["a", "b", "c"]
    assert not rows.where(lambda row: False)
    assert rows.where(lambda row: False).grouped("speaker") == {}


def test_counts_labels_and_keys(made):
    train = made[made["split"] == "train"]
    assert train["task"].value_counts().to_dict() == {"word": 24, "genre": 20}
    assert train.loc[train["task"] == "word", "word"].value_counts().to_dict() == {"low": 12, "high": 12}
    assert set(train.loc[train["task"] == "word", "genre"]) == {"__speech__"}
    assert set(train.loc[train["task"] == "genre", "word"]) == {"__genre__"}
    assert made["key"].is_unique
    assert not made["key"].str.contains(".", regex=False).any()
    assert set(train["background"]) <= {"clean", *BACKGROUNDS}
    assert train["snr_db"].dropna().between(-3, 9).all()


def test_the_test_grid_is_full_and_keeps_its_targets(made):
    test = made[made["split"] == "test"]
    conditions = 1 + 6 * 3
    assert len(test) == (2 + 3) * conditions
    grid = test[test["background"] != "clean"].groupby(["task", "background", "snr_db"]).size()
    assert len(grid) == 2 * 6 * 3
    assert set(grid["word"]) == {2}
    assert set(grid["genre"]) == {3}
    for _, rows in test.groupby(["task", "target_file", "target_start_s"]):
        assert len(rows) == conditions
        for _, same in rows[rows["background"] != "clean"].groupby("background"):
            assert same["background_files"].map(tuple).nunique() == 1
            assert same["noise_seed"].nunique() == 1


def test_the_requested_snr_and_level_are_reached(made, corpus, sound):
    folder, _ = corpus
    masked = made[made["background"] != "clean"]
    np.testing.assert_allclose(masked["achieved_snr_db"], masked["snr_db"], atol=1e-5)
    for row in masked.sample(20, random_state=0).to_dict("records"):  # from the sound itself, by hand
        parts = mix.parts(Mixture.of(row), folder, sound)
        assert db(rms(parts.target) / rms(parts.background)) == pytest.approx(row["snr_db"], abs=1e-6)
        assert db(rms(mix.render(Mixture.of(row), folder, sound) / 32768)) == pytest.approx(
            row["achieved_level_db"], abs=0.02
        )
        assert row["achieved_level_db"] <= row["level_db"] + 1e-6


def test_the_middle_of_a_word_clip_lies_within_its_word(made, corpus):
    folder, _ = corpus
    words = made[made["task"] == "word"]
    place = (0.5 - words["word_start_s"]) / (words["word_end_s"] - words["word_start_s"])
    assert place.between(0.0999, 0.9001).all()
    assert place.max() - place.min() > 0.4
    isolated = words[[length(folder / file)[0] < 8000 for file in words["target_file"]]]
    assert len(isolated)  # a file shorter than a clip covers the midpoint too
    assert made.loc[made["task"] == "genre", "word_start_s"].isna().all()


def test_backgrounds_have_their_pieces(made):
    count = (
        made.assign(pieces=made["background_files"].map(len))
        .groupby("background")["pieces"]
        .agg(["min", "max"])
    )
    expected = {"clean": 0, "scene": 1, "babble2": 2, "babble8": 8, "music": 1, "shaped": 0, "modulated": 1}
    assert count["min"].to_dict() == count["max"].to_dict() == expected
    assert (
        made.loc[made["background"] == "babble8", "background_sources"].map(lambda s: len(set(s))).eq(8).all()
    )
    shaped = made[made["background"] == "shaped"]
    assert shaped["shape_files"].map(len).ge(1).all()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.slow
def test_the_same_table_for_any_number_of_processes(
    made, corpus, sound, mixture_params, monkeypatch, workers
):
    monkeypatch.setenv("HESCHL_WORKERS", workers)
    folder, tables = corpus
    pd.testing.assert_frame_equal(draw_mixtures(tables, folder, TASKS, mixture_params, sound), made)


def test_snrs_may_be_a_list(corpus, sound, mixture_params):
    folder, tables = corpus
    train = Draw(clips={"word": 12, "genre": 12}, snr_db=(-6.0, 6.0), clean=0.0, backgrounds=(), labels={})
    made = draw_mixtures(tables, folder, TASKS, replace(mixture_params, train=train, validation=train), sound)
    assert set(made.loc[made["split"] == "train", "snr_db"]) == {-6.0, 6.0}


def test_impossible_mixtures_are_errors(corpus, sound, mixture_params):
    folder, tables = corpus
    few = tables | {"talkers": tables["talkers"].groupby("split").head(5)}
    with pytest.raises(
        MixtureError, match=r"talkers: the background needs 8 speakers other than the target's, and \w+ has 5"
    ):
        draw_mixtures(few, folder, TASKS, mixture_params, sound)
    with pytest.raises(MixtureError, match=r"excerpts of '(low|high)' were all below mixtures\.silence_db"):
        draw_mixtures(tables, folder, TASKS, replace(mixture_params, silence_db=0.0), sound)
    with pytest.raises(MixtureError, match="tasks: 'colour' is not a task; expected some of word, genre"):
        draw_mixtures(tables, folder, ("word", "colour"), mixture_params, sound)
    with pytest.raises(MixtureError, match=r"mixtures\.train has counts for \['genre', 'word'\]"):
        draw_mixtures(tables, folder, ("word",), mixture_params, sound)


def test_one_task_alone(corpus, sound, mixture_params):
    folder, tables = corpus
    few = Draw(clips={"genre": 6}, snr_db=Range(low=0, high=1), clean=0.5, backgrounds=(), labels={})
    params = replace(
        mixture_params, train=few, validation=few, test=replace(mixture_params.test, targets={"genre": 1})
    )
    made = draw_mixtures(tables, folder, ("genre",), params, sound)
    assert set(made["task"]) == {"genre"}
    assert math.isnan(made["word_start_s"].max())


def test_backgrounds_pieces_and_labels_may_be_chosen(corpus, sound, mixture_params):
    folder, tables = corpus
    chosen = {"scene": ("bass-noise",)}
    train = replace(mixture_params.train, backgrounds=("babble2", "scene", "scene"), labels=chosen, clean=0.0)
    params = replace(mixture_params, train=train, pieces={"babble2": 3})
    made = draw_mixtures(tables, folder, TASKS, params, sound)
    heard = made[made["split"] == "train"]["background"].value_counts()
    assert set(heard.index) == {"babble2", "scene"}
    assert heard["scene"] > heard["babble2"]
    assert made.loc[made["background"] == "babble2", "background_files"].map(len).unique().tolist() == [3]
    scenes = made[made["background"] == "scene"]
    of = scenes["background_files"].explode().str.contains("/bass")
    assert of[scenes["split"] == "train"].all()
    assert not of.all()
    none = replace(mixture_params, test=replace(mixture_params.test, labels={"music": ("waltz",)}))
    with pytest.raises(MixtureError, match="music: the background needs 1 artists of waltz other than the"):
        draw_mixtures(tables, folder, TASKS, none, sound)


def test_unknown_backgrounds_are_refused(mixture_params):
    for name, value in {"backgrounds": ("rain",), "labels": {"rain": ("x",)}}.items():
        with pytest.raises(ValueError, match="'rain' is not a background; expected scene, babble2"):
            replace(mixture_params.train, **{name: value})
    with pytest.raises(ValueError, match="'rain' is not a background"):
        replace(mixture_params, pieces={"rain": 2})


def test_pieces_labels_and_gaps_that_mean_nothing_are_refused(mixture_params):
    with pytest.raises(ValueError, match="'shaped' mixes no recordings; expected scene, babble2"):
        replace(mixture_params, pieces={"shaped": 2})
    with pytest.raises(ValueError, match="'babble8' has no recordings with labels; expected scene, music"):
        replace(mixture_params.test, labels={"babble8": ("anna",)})
    with pytest.raises(ValueError, match=r"gap_s\.low is -0\.1; expected 0 s or more"):
        Sequence(gap_s=Range(low=-0.1, high=0.1), fewest=2)
