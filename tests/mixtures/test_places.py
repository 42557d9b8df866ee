"""Clips with two channels: who is heard from where, and what of it reaches the ears."""

import math
from dataclasses import replace
from os.path import join

import numpy as np
import pandas as pd
import pytest

from heschl.audio import cut, rms
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.check import MixtureError
from heschl.mixtures.draw import draw_parts
from heschl.mixtures.mix import parts, render
from heschl.mixtures.row import CLEAN, SPATIAL, Mixture
from heschl.params import load
from heschl.rooms.params import Directions, RoomsParams
from heschl.rooms.read import Rooms
from heschl.rooms.responses import write_rooms

TASKS = ("word", "genre", "where")
DIFFUSE = 3


@pytest.fixture(scope="module")
def two_ears(sound):
    return replace(sound, channels=2)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory, two_ears):
    folder = tmp_path_factory.mktemp("rooms")
    default = load("rooms", RoomsParams)
    params = replace(
        default, head="sphere", directions=Directions(6, [0.0]), train=2, validation=1, test=1, order=1,
        length_s=0.02, diffuse=DIFFUSE,
    )  # fmt: skip
    write_rooms(params, two_ears, folder, folder)
    return folder


@pytest.fixture(scope="module")
def params(mixture_params):
    draw = replace(mixture_params.train, clips={"word": 12, "genre": 12, "where": 24})
    grid = replace(mixture_params.test, targets={"word": 2, "genre": 2, "where": 6}, snr_db=(0.0, 6.0))
    return replace(mixture_params, train=draw, validation=draw, test=grid)


@pytest.fixture(scope="module")
def table(tmp_path_factory, corpus, params, two_ears, rooms):
    folder, tables = corpus
    drawn = draw_parts(tables, folder, TASKS, params, two_ears, tmp_path_factory.mktemp("parts"), rooms)
    return pd.concat([pd.read_parquet(part) for part in drawn], ignore_index=True)


def test_every_direction_is_a_target_equally_often_and_is_its_label(table, rooms):
    places = Rooms(rooms).places().set_index(["room", "place"])
    there = places.loc[pd.MultiIndex.from_frame(table[["room", "place"]])]
    assert (there.direction.to_numpy() == table["where"]).all()
    assert (there.split.to_numpy() == table["split"]).all()
    counts = table[(table.split == "train") & (table.task == "where")]["where"].value_counts()
    assert counts.tolist() == [4] * 6
    assert set(table[table.task == "where"].word) == {"__genre__"}
    assert set(table[table.task == "where"].genre) == {"__speech__"}


def test_each_recording_has_a_place_of_its_own_and_noise_has_several(table):
    for row in table.itertuples():
        if row.background == CLEAN:
            assert len(row.background_places) == 0
        elif BACKGROUNDS[row.background].shaped:
            assert len(set(row.background_places)) == DIFFUSE
        else:
            assert len(row.background_places) == len(row.background_files)
        assert row.place not in row.background_places
        if len(row.background_places) <= 5:  # of six places
            assert len(set(row.background_places)) == len(row.background_places)


def test_all_conditions_of_a_target_have_its_place_in_common(table):
    test = table[table.split == "test"]
    assert test.groupby(["target_file", "target_start_s"])[["room", "place"]].nunique().max().max() == 1
    for _, rows in test[test.background != CLEAN].groupby(["target_file", "target_start_s", "background"]):
        assert len({tuple(places) for places in rows.background_places}) == 1


def test_target_and_background_are_heard_from_their_places(table, corpus, two_ears, rooms):
    folder = corpus[0]
    row = table[(table.background == "babble2") & (table.snr_db > -100)].iloc[0]
    mixture = Mixture.of(row.to_dict())
    found = parts(mixture, folder, two_ears, rooms)
    assert found.clip.shape == (2, two_ears.samples)
    responses = Rooms(rooms).responses(mixture.room)
    lead = responses.shape[-1] - 1

    def from_place(file, start_s, place, repeat):
        early = start_s - lead / two_ears.sample_rate
        emitted = cut(join(folder, file), early, lead + two_ears.samples, repeat)
        emitted = emitted / rms(emitted) if repeat else emitted
        return np.stack(
            [np.convolve(emitted, ear)[lead : lead + two_ears.samples] for ear in responses[place]]
        )

    target = from_place(mixture.target_file, mixture.target_start_s, mixture.place, False)
    pieces = zip(
        mixture.background_files, mixture.background_starts_s, mixture.background_places, strict=True
    )
    background = sum(from_place(*piece, True) for piece in pieces)
    for heard, wanted in ((found.target, target), (found.background, background)):
        np.testing.assert_allclose(heard / rms(heard), wanted / rms(wanted), atol=1e-3)
    assert found.snr_db == pytest.approx(mixture.snr_db, abs=1e-3)
    assert row.achieved_snr_db == pytest.approx(mixture.snr_db, abs=1e-3)
    assert found.level_db <= mixture.level_db + 1e-6


def test_diffuse_noise_is_another_noise_in_each_place(table, corpus, two_ears, rooms):
    row = table[table.background == "shaped"].iloc[0]
    mixture = Mixture.of(row.to_dict())
    found = parts(mixture, corpus[0], two_ears, rooms)
    one = parts(replace(mixture, background_places=mixture.background_places[:1]), corpus[0], two_ears, rooms)

    def alike(sides):
        left, right = sides
        spectrum = np.fft.rfft(left) * np.conj(np.fft.rfft(right))
        return np.abs(np.fft.irfft(spectrum)).max() / math.sqrt((left**2).sum() * (right**2).sum())

    assert alike(found.background) < 0.9 * alike(one.background)


def test_the_table_does_not_depend_on_the_parts_that_were_there(
    tmp_path, corpus, params, two_ears, rooms, table
):
    folder, tables = corpus
    for _ in range(2):
        drawn = draw_parts(tables, folder, TASKS, params, two_ears, tmp_path, rooms)
        again = pd.concat([pd.read_parquet(part) for part in drawn], ignore_index=True)
        pd.testing.assert_frame_equal(again, table)
        drawn[0].unlink()


def test_with_one_channel_a_row_says_nothing_of_places(corpus, mixture_params, sound, tmp_path):
    folder, tables = corpus
    drawn = draw_parts(tables, folder, ("word", "genre"), mixture_params, sound, tmp_path)
    one = pd.read_parquet(drawn[0])
    assert not set(SPATIAL) & set(one)
    assert render(Mixture.of(one.iloc[0].to_dict()), folder, sound).shape == (sound.samples,)


def test_a_split_without_rooms_is_an_error(tmp_path, corpus, params, two_ears, sound):
    folder, tables = corpus
    write_rooms(load("rooms", RoomsParams), sound, tmp_path, tmp_path)  # of one channel
    with pytest.raises(MixtureError, match="has no room for train"):
        draw_parts(tables, folder, TASKS, params, two_ears, tmp_path / "parts", tmp_path)
