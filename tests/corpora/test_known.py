"""Each public corpus in miniature, in its true layout: read, with what it lacks named."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from heschl.alignment.aligner import Model, align
from heschl.corpora.known import CORPORA
from heschl.corpora.named import SHARED, CorporaError
from tests.alignment.test_aligner import FIRST
from tests.corpora import miniature

KEY = {  # of each corpus, a file or folder without which it cannot be read
    "librispeech": "train-clean-100",
    "common_voice": "dev.tsv",
    "timit": "TRAIN",
    "speech_commands": "testing_list.txt",
    "audio_mnist": "data",
    "grid": "align",
    "lhotse": "mini_recordings_dev.jsonl.gz",
    "gtzan": "genres_original/rock",
    "fma": "fma_metadata/tracks.csv",
    "mtg_jamendo": "data/splits/split-0/autotagging_genre-test.tsv",
    "esc50": "meta/esc50.csv",
    "urbansound8k": "metadata/UrbanSound8K.csv",
    "fsd50k": "FSD50K.ground_truth/eval.csv",
    "musan": "noise",
    "demand": "DKITCHEN",
}
OWN = {
    "librispeech",
    "common_voice",
    "speech_commands",
    "gtzan",
    "fma",
    "mtg_jamendo",
    "fsd50k",
}  # three splits


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a function: name -> folder of the corpus in miniature, and the numbers of rows of its tables."""
    done = {}

    def make(name):
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            done[name] = folder, miniature.MADE[name](folder)
        return done[name]

    return make


def rows(name, folder, table):
    return list(CORPORA[name].tables[table](folder, None))


def all_rows(name, folder):
    return [rows(name, folder, table) for table in CORPORA[name].tables]


def test_every_corpus_has_a_miniature():
    assert set(miniature.MADE) == set(CORPORA) == set(KEY)


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_is_read(made, name):
    folder, numbers = made(name)
    assert set(CORPORA[name].tables) == set(numbers)
    for table, number in numbers.items():
        found = rows(name, folder, table)
        assert len(found) == number
        assert all((folder / row.file).is_file() for row in found)
        assert all(bool(row.label) == (table != "talkers") for row in found)
        assert all(row.unit and 0 <= row.start_s < row.end_s for row in found)
        splits = {row.split for row in found}
        if name in OWN:
            assert splits == {"train", "validation", "test"}
            units = {(row.unit, row.split) for row in found}
            assert len(units) == len({unit for unit, _ in units})


@pytest.mark.parametrize("name", CORPORA)
def test_what_is_missing_is_named(made, tmp_path, name):
    folder = shutil.copytree(made(name)[0], tmp_path / name)
    key = folder / KEY[name]
    if name == "librispeech":
        key = next(folder.rglob("*.trans.txt"))
        for path in folder.rglob("*.trans.txt"):
            path.unlink()
    elif name == "lhotse":
        for path in folder.glob("*recordings*"):
            path.unlink()
    elif name == "demand":
        for path in folder.iterdir():
            shutil.rmtree(path)
    elif key.is_dir():
        shutil.rmtree(key)
    else:
        key.unlink()
    with pytest.raises(CorporaError) as raised:
        all_rows(name, folder)
    assert "ownload" in str(raised.value)
    assert str(folder) in str(raised.value)


@pytest.mark.parametrize("name", CORPORA)
def test_another_folder_is_refused(name, tmp_path):
    (tmp_path / "holiday").mkdir()
    miniature.sound(tmp_path / "holiday" / "song.wav")
    for table in CORPORA[name].tables:
        with pytest.raises(CorporaError, match="ownload"):
            rows(name, tmp_path, table)


def test_librispeech_without_times_says_how_to_find_them(made, tmp_path):
    folder = shutil.copytree(made("librispeech")[0], tmp_path / "LibriSpeech")
    (folder / "words.csv").unlink()
    with pytest.raises(CorporaError, match=r"words\.csv is missing: .* `heschl align .*LibriSpeech`"):
        rows("librispeech", folder, "words")


def test_words_have_their_times(made):
    assert rows("timit", made("timit")[0], "words")[1][1:5] == ("had", "FAB12", 0.25, 0.5)
    grid = rows("grid", made("grid")[0], "words")[0]
    assert (grid.label, grid.unit) == ("bin", "s1")
    np.testing.assert_allclose((grid.start_s, grid.end_s), (0.95, 1.18))
    assert rows("lhotse", made("lhotse")[0], "words")[0][1:5] == ("go", "0", 0.1, pytest.approx(0.3))


def test_isolated_words_fill_their_files(made):
    for name in ("speech_commands", "audio_mnist"):
        assert {(row.start_s, row.end_s) for row in rows(name, made(name)[0], "words")} == {(0.0, np.inf)}
    assert {row.label for row in rows("audio_mnist", made("audio_mnist")[0], "words")} == {
        "zero",
        "one",
        "two",
    }


def test_a_sound_of_freesound_has_one_name_in_all_corpora(made):
    units = {
        name: {row.unit for row in rows(name, made(name)[0], "scenes")} for name in ("urbansound8k", "musan")
    }
    assert units["urbansound8k"] & units["musan"] == {"freesound 200", "freesound 201", "freesound 202"}
    assert all(unit.startswith(SHARED) for unit in rows_units(made, "esc50") | rows_units(made, "fsd50k"))


def rows_units(made, name):
    return {row.unit for row in rows(name, made(name)[0], "scenes")}


def test_the_silence_of_esc50_is_cut_off(made):
    ends = [row.end_s for row in rows("esc50", made("esc50")[0], "scenes")]
    np.testing.assert_allclose(ends, [3.0, 2.5, 3.0] * 2, atol=0.01)


def test_repeated_and_faulty_tracks_of_gtzan_are_left_out(made):
    names = {row.unit for row in rows("gtzan", made("gtzan")[0], "music")}
    assert "disco.00050" not in names
    assert len(names) == 930


def test_tracks_of_fma_without_genre_or_sound_are_left_out(made):
    found = rows("fma", made("fma")[0], "music")
    assert {row.label for row in found} == {"rock", "folk"}
    assert found[0].file == "fma_small/000/000002.mp3"
    assert found[0].unit == "artist training rock 1"


def test_either_quality_of_mtg_jamendo_is_found(tmp_path):
    miniature.mtg_jamendo(tmp_path, ".mp3")
    assert rows("mtg_jamendo", tmp_path, "music")[0].file == "audio-low/01/1.mp3"


@pytest.mark.parametrize(
    ("name", "file", "change", "problem"),
    [
        ("esc50", "meta/esc50.csv", ("src_file", "source"), "has no column 'src_file'"),
        ("urbansound8k", "metadata/UrbanSound8K.csv", (",1,drilling", ""), "row 5: a value is missing"),
        ("timit", "TRAIN/DR1/FAB0/SA1.WRD", ("0 4000", "zero 4000"), "'zero 4000 she'; expected two numbers"),
        ("grid", "align/s1/bbaf2n.align", ("23750 29500", "23750"), "'23750 bin'; expected two numbers"),
        ("fma", "fma_metadata/tracks.csv", ("genre_top", "genre"), r"tracks\.csv cannot be read"),
        (
            "fma",
            "fma_metadata/tracks.csv",
            (",training,", ",val,"),
            r"'val' is not a split; expected training",
        ),
        (
            "fsd50k",
            "FSD50K.ground_truth/dev.csv",
            (",val", ",dev"),
            "'dev' is not a split; expected train, val",
        ),
    ],
)
def test_broken_tables_are_named(made, tmp_path, name, file, change, problem):
    folder = shutil.copytree(made(name)[0], tmp_path / name)
    miniature.text(folder / file, (folder / file).read_text().replace(*change))
    with pytest.raises(CorporaError, match=problem):
        all_rows(name, folder)


def test_recordings_of_lhotse_lie_below_the_folder(made, tmp_path):
    folder = shutil.copytree(made("lhotse")[0], tmp_path / "lhotse")
    (folder / "a_recordings.jsonl").write_text('{"id": "r", "sources": [{"source": "/elsewhere/a.wav"}]}\n')
    with pytest.raises(CorporaError, match=r"a_recordings\.jsonl, line 1: expected a recording with one"):
        rows("lhotse", folder, "talkers")


def test_absolute_paths_of_lhotse_may_lead_into_the_folder(tmp_path, monkeypatch):
    miniature.lhotse(tmp_path / "L")
    for path in (tmp_path / "L").glob("*recordings*"):
        path.unlink()
    source = {"source": str(tmp_path / "L" / "wav" / "rec-0.wav")}
    miniature.text(tmp_path / "L" / "recordings.jsonl", json.dumps({"id": "rec-0", "sources": [source]}))
    monkeypatch.chdir(tmp_path)
    assert [row.file for row in rows("lhotse", Path("L"), "talkers")] == ["wav/rec-0.wav"]


def test_a_subset_of_librispeech_keeps_its_split(tmp_path):
    folder = tmp_path / "test-data" / "LibriSpeech"
    miniature.librispeech(folder, speakers=1)
    for subset, split in (("train-clean-100", "train"), ("dev-clean", "validation"), ("test-clean", "test")):
        assert {row.split for row in rows("librispeech", folder / subset, "talkers")} == {split}


def test_clips_of_several_kinds_of_fsd50k_are_left_out(made):
    found = rows("fsd50k", made("fsd50k")[0], "scenes")
    assert {row.label for row in found} == {"Bark", "Meow", "Rain"}
    assert not any("399" in row.file for row in found)


def test_the_cut_audio_of_grid_is_refused(tmp_path):
    miniature.grid(tmp_path, 1.3, 1)
    miniature.text(tmp_path / "align" / "s1" / "bbaf0n.align", "0 5000 bin\n")
    with pytest.raises(CorporaError, match=r"ends at 2\.98 s, but .* lasts 1\.30 s, as in audio_25k\.zip"):
        rows("grid", tmp_path, "words")


def test_times_of_other_speakers_of_grid_are_refused(tmp_path):
    miniature.grid(tmp_path)
    for path in sorted((tmp_path / "align" / "s5").iterdir())[:4]:
        path.rename(path.with_stem("other" + path.stem))
    with pytest.raises(CorporaError, match=r"has \.align files of 8 of the 12 sentences of s5"):
        rows("grid", tmp_path, "words")


def test_a_path_that_leaves_the_folder_is_refused(made, tmp_path):
    folder = shutil.copytree(made("esc50")[0], tmp_path / "esc50")
    table = folder / "meta" / "esc50.csv"
    table.write_text(table.read_text().replace("1-100-A-0.wav", "../../secret.wav"))
    with pytest.raises(CorporaError, match="leaves its folder"):
        rows("esc50", folder, "scenes")


def test_tables_with_a_byte_order_mark_are_read_and_other_encodings_named(made, tmp_path):
    folder = shutil.copytree(made("urbansound8k")[0], tmp_path / "urbansound8k")
    table = folder / "metadata" / "UrbanSound8K.csv"
    content = table.read_bytes()
    table.write_bytes(b"\xef\xbb\xbf" + content)
    assert len(rows("urbansound8k", folder, "scenes")) == 6
    table.write_bytes(content + b"\xe9")
    with pytest.raises(CorporaError, match=r"UrbanSound8K\.csv is not UTF-8"):
        rows("urbansound8k", folder, "scenes")


def test_real_utterances_in_the_layout_of_librispeech(tmp_path):
    sounds = sorted((Path(__file__).parents[3] / "shared" / "data" / "librispeech").glob("*.flac"))
    if not sounds:
        pytest.skip("shared/data/librispeech is absent")
    transcripts = {"103-1240-0000": FIRST}
    folder = tmp_path / "LibriSpeech"
    for path in sounds:
        speaker, chapter, _ = path.stem.split("-")
        place = folder / "train-clean-100" / speaker / chapter
        place.mkdir(parents=True)
        (place / path.name).symlink_to(path)
        spoken = " ".join(transcripts.get(path.stem, "NOT KNOWN HERE").split())
        miniature.text(place / f"{speaker}-{chapter}.trans.txt", f"{path.stem} {spoken}\n")
    talkers = rows("librispeech", folder, "talkers")
    assert len({row.unit for row in talkers}) == len(talkers) == 40
    assert {row.split for row in talkers} == {"train"}
    known = next(path for path in sounds if path.stem == "103-1240-0000")
    found = align(known, FIRST, Model())
    lines = [f"{known.stem} 1 {word.start_s} {word.end_s - word.start_s} {word.word}" for word in found]
    miniature.text(tmp_path / "words.ctm", "\n".join(lines) + "\n")
    words = list(CORPORA["librispeech"].tables["words"](folder, tmp_path / "words.ctm"))
    assert [row.label for row in words] == FIRST.lower().split()
    assert {row.unit for row in words} == {"103"}
