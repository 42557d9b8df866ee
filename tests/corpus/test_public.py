"""Public corpora by name as a corpus: several mixed, in splits of their own or drawn, with a vocabulary."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from heschl.audio import Sound
from heschl.check.inputs import check_inputs
from heschl.corpora.known import CORPORA
from heschl.corpora.named import SHARED, CorporaError
from heschl.corpus import make as module
from heschl.corpus import tables
from heschl.corpus.make import CorpusParams
from heschl.corpus.public import citations, read_public
from heschl.corpus.source import PublicCorpus
from heschl.corpus.splits import Split, assign_splits
from heschl.corpus.tables import CorpusError
from heschl.corpus.vocabulary import Seconds, Vocabulary, keep_vocabulary
from heschl.mixtures.mix import render
from heschl.mixtures.row import Mixture
from heschl.params import ParamsError, load, load_all, parse
from heschl.shards.write import portable
from tests.corpora import miniature
from tests.helpers.mixtures import draw_mixtures

ROOT = Path(__file__).parents[2]
SOUND = Sound(sample_rate=8000, clip_s=2.0, channels=1)
SHARES = Split(0.7, 0.1, 0.2)


def entry(table, corpus, times=None, labels=None, splits="own"):
    return PublicCorpus(table, corpus, corpus, times, labels or {}, splits)


ENTRIES = (
    entry("words", "librispeech"),
    entry("words", "speech_commands", labels={"stop": "stop", "bed": "bed"}),
    entry("music", "fma"),
    entry("music", "mtg_jamendo"),
    entry("scenes", "urbansound8k"),
    entry("scenes", "musan", labels={"noise": "siren"}),
    entry("talkers", "librispeech"),
    entry("talkers", "musan"),
)
FALLBACK = {table: next(each for each in ENTRIES if each.table == table) for table in tables.TABLES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the corpora of ENTRIES in miniature."""
    place = tmp_path_factory.mktemp("corpora")
    for name in {each.corpus for each in ENTRIES}:
        miniature.MADE[name](place / name)
    return place


@pytest.fixture
def params(folder):
    whole = load("corpus", CorpusParams, ROOT / "params.yaml")
    return replace(whole, source="public", folder=str(folder), public=ENTRIES, min_sources=3)


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    """Return the folder of the corpus, its provenance and its tables."""
    out = tmp_path_factory.mktemp("corpus")
    whole = load("corpus", CorpusParams, ROOT / "params.yaml")
    chosen = replace(whole, source="public", folder=str(folder), public=ENTRIES, min_sources=3)
    provenance = module.make(chosen, out, SOUND)
    return out, provenance, tables.load(out)


def test_every_row_has_its_sound_in_the_corpus(made):
    out, _, found = made
    for table in found.values():
        assert all((out / file).is_file() for file in table["file"])
        assert (table["end_s"] > table["start_s"]).all()
    assert set(found["words"]["word"]) == {"one", "two", "stop", "bed"}
    assert set(found["music"]["genre"]) == {"rock", "folk"}


def test_splits_of_the_corpora_are_kept(made):
    _, _, found = made
    split = found["words"].drop_duplicates("speaker").set_index("speaker")["split"]
    assert split["librispeech 1"] == "train"
    assert split["librispeech 9"] == "validation"
    assert split["librispeech 24"] == "test"
    assert split["speech_commands 00000000"] == "validation"
    assert found["music"].groupby("artist")["split"].nunique().max() == 1
    assert len(found["music"]) == 12 + 6


def test_sounds_of_freesound_are_one_source_in_two_corpora(made):
    scenes = made[2]["scenes"]
    shared = scenes[scenes["source"].str.fullmatch("freesound 20[012]")]
    assert len(shared) == 6
    assert shared.groupby("source")["split"].nunique().max() == 1


def test_people_who_may_be_in_two_corpora_are_left_out(made):
    speakers = set(made[2]["talkers"]["speaker"])
    assert "musan speech-us-gov-0000" in speakers
    assert not any("librivox" in speaker for speaker in speakers)


def test_provenance_names_licenses_and_origins(made, folder):
    _, provenance, _ = made
    assert provenance["text"] == f"Public corpora from the folder {folder}."
    named = {each["name"]: each for each in provenance["corpora"]}
    assert set(named) == {each.corpus for each in ENTRIES}
    assert named["librispeech"]["license"] == "CC BY 4.0"
    assert named["librispeech"]["tables"] == ["words", "talkers"]
    assert named["musan"]["origin"].startswith("https://")


def test_splits_may_be_drawn_instead(folder):
    drawn = tuple(replace(each, splits="drawn") for each in ENTRIES)
    found = read_public(folder, drawn, 0.0)
    assert {value for table in found.values() for value in table["split"]} == {""}


def test_labels_are_chosen_and_renamed(folder):
    chosen = (entry("words", "speech_commands", labels={"stop": "halt"}), *ENTRIES[2:])
    words = read_public(folder, chosen, 0.0)["words"]
    assert set(words["word"]) == {"halt"}
    assert len(words) == 9


def test_a_table_without_a_corpus_is_named(folder):
    with pytest.raises(CorpusError, match="names no corpus for the table 'music'; expected one of gtzan"):
        read_public(folder, [each for each in ENTRIES if each.table != "music"], 0.0)


def test_a_folder_that_is_not_there_is_named(folder):
    chosen = [replace(ENTRIES[0], folder="LibriSpeech/train"), *ENTRIES[1:]]
    with pytest.raises(CorporaError, match=r"train is not a folder; expected LibriSpeech .*openslr"):
        read_public(folder, chosen, 0.0)


@pytest.mark.parametrize(
    ("label", "hint"), [("stpo", "did you mean 'stop'?"), ("nine", "expected labels such as bed, stop")]
)
def test_labels_that_it_does_not_have_are_named(folder, label, hint):
    problem = re.escape(f"corpus.public: speech_commands has no word {label!r}; {hint}")
    with pytest.raises(CorpusError, match=problem):
        read_public(folder, [entry("words", "speech_commands", labels={label: label}), *ENTRIES[2:]], 0.0)


def test_a_path_that_leaves_the_folder_is_refused(folder, tmp_path):
    for each in {each.corpus for each in ENTRIES} - {"urbansound8k"}:
        (tmp_path / each).symlink_to(folder / each)
    miniature.urbansound8k(tmp_path / "urbansound8k")
    table = tmp_path / "urbansound8k" / "metadata" / "UrbanSound8K.csv"
    table.write_text(table.read_text().replace("200-1-0-0.wav", "../../../secret.wav"))
    with pytest.raises(CorporaError, match="leaves its folder"):
        read_public(tmp_path, ENTRIES, 0.0)


def test_kinds_of_scene_from_too_few_sources_are_left_out(folder, tmp_path, caplog):
    for each in {each.corpus for each in ENTRIES}:
        (tmp_path / each).symlink_to(folder / each)
    miniature.demand(tmp_path / "demand")
    shutil.rmtree(tmp_path / "demand" / "DKITCHEN")
    chosen = [each for each in ENTRIES if each.table != "scenes"] + [entry("scenes", "demand")]
    assert set(read_public(tmp_path, chosen, 0.0)["scenes"]["kind"]) == {"transportation"}
    assert "scenes left out, from fewer than 3 sources: domestic" in caplog.text
    shutil.rmtree(tmp_path / "demand" / "TBUS")
    with pytest.raises(CorpusError, match="scenes: no kind comes from 3 sources"):
        read_public(tmp_path, chosen, 0.0)


def test_equal_sounds_with_two_labels_are_left_out(folder, params, tmp_path):
    for each in {each.corpus for each in ENTRIES} - {"fma"}:
        (tmp_path / each).symlink_to(folder / each)
    miniature.fma(tmp_path / "fma")
    tracks = tmp_path / "fma" / "fma_small" / "000"
    shutil.copy(tracks / "000002.mp3", tracks / "000004.mp3")  # rock, and folk
    out = tmp_path / "corpus"
    provenance = module.make(replace(params, folder=str(tmp_path)), out, SOUND)
    assert provenance["quarantined"] == 2
    quarantine = pd.read_csv(out / "quarantine.csv")
    assert set(quarantine["file"]) == {"fma/fma_small/000/000002.mp3", "fma/fma_small/000/000004.mp3"}
    assert quarantine["reason"].str.startswith("the same sound is '").all()


def test_corpora_of_lhotse_are_told_apart(folder, tmp_path):
    for each in {each.corpus for each in ENTRIES}:
        (tmp_path / each).symlink_to(folder / each)
    for name in ("one", "two"):
        miniature.lhotse(tmp_path / name)
    entries = [PublicCorpus("talkers", "lhotse", name, None, {}, "own") for name in ("one", "two")]
    found = read_public(tmp_path, [*ENTRIES[:6], *entries], 0.0)["talkers"]
    assert found["speaker"].nunique() == 12
    titles = [each["title"] for each in citations(entries)]
    assert titles == ["a corpus prepared by lhotse: one", "a corpus prepared by lhotse: two"]


def test_an_archive_that_was_not_unpacked_to_its_end_is_named(folder, tmp_path):
    miniature.urbansound8k(tmp_path / "urbansound8k")
    (tmp_path / "urbansound8k" / "audio" / "fold6" / "205-1-0-0.wav").unlink()
    for each in ENTRIES:
        if not (tmp_path / each.corpus).exists():
            (tmp_path / each.corpus).symlink_to(folder / each.corpus)
    with pytest.raises(
        CorpusError, match=r"(?s)urbansound8k: 1 of 6 files .*205-1-0-0\.wav: missing.*ownload"
    ):
        read_public(tmp_path, ENTRIES, 0.1)
    assert len(read_public(tmp_path, ENTRIES, 0.2)["scenes"]) == 10


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"corpus": "libri"}, "corpus is 'libri'; expected one with words: librispeech, common_voice"),
        ({"corpus": "gtzan"}, "expected one with words"),
        ({"folder": "../x"}, r"'\.\./x' is not below corpus\.folder"),
        ({"folder": "/x"}, r"'/x' is not below corpus\.folder"),
        ({"times": "../x"}, r"is not below corpus\.folder"),
        ({"table": "word"}, "words"),
        ({"splits": "mine"}, "own"),
        ({"corpus": "timit", "times": "x.ctm"}, "timit needs none for words"),
        ({"table": "talkers", "labels": {"a": "b"}}, "talkers have no labels"),
        ({"table": "music", "corpus": "gtzan", "splits": "drawn"}, "gtzan does not name its artists"),
    ],
)
def test_bad_entries_are_named_before_anything_runs(changed, problem):
    values = {
        "table": "words",
        "corpus": "grid",
        "folder": "grid",
        "times": None,
        "labels": {},
        "splits": "own",
    }
    corpus = load_all(ROOT / "params.yaml")["corpus"] | {"public": [values | changed]}
    with pytest.raises(ParamsError, match=problem):
        parse("corpus", corpus, CorpusParams)


def test_check_reads_the_tables(folder, params, tmp_path):
    given = {
        "corpus": params,
        "decode": SimpleNamespace(source="clips"),
        "encode": SimpleNamespace(source="simulated"),
    }
    found = check_inputs(given, tmp_path, tmp_path)
    assert found[0].subject == "public corpora"
    assert "66 rows of words" in found[0].text


def test_the_index_of_shards_does_not_depend_on_what_is_not_used(params):
    record = {"corpus": load_all(ROOT / "params.yaml")["corpus"]}
    assert not {"public", "vocabulary"} & set(portable(record)["corpus"])
    record["corpus"]["public"] = [{"table": "words"}]
    assert "public" in portable(record)["corpus"]


def units(**splits):
    """Return a table of words by speakers with these splits of their own."""
    return pd.DataFrame(
        [(f"{speaker}.wav", "go", speaker, 0.0, 1.0, split) for speaker, split in splits.items()],
        columns=["file", "word", "speaker", "start_s", "end_s", "split"],
    )


def others():
    """Return the other tables, of nine units each."""
    drawn = {
        name: units(**{f"{name}{number}": "" for number in range(9)}).drop(columns="split")
        for name in ("music", "scenes", "talkers")
    }
    return {
        "music": drawn["music"].rename(columns={"word": "genre", "speaker": "artist"}),
        "scenes": drawn["scenes"].rename(columns={"word": "kind", "speaker": "source"}),
        "talkers": drawn["talkers"].drop(columns="word"),
    }


def splits_of(words):
    table = assign_splits({"words": words, **others()}, SHARES, 1)["words"]
    return dict(zip(table["speaker"], table["split"], strict=True))


def test_speakers_without_a_split_are_divided_beside_those_with_one():
    found = splits_of(
        units(a="train", b="validation", c="test", **{f"d{number}": "" for number in range(20)})
    )
    assert (found["a"], found["b"], found["c"]) == ("train", "validation", "test")
    rest = pd.Series([split for name, split in found.items() if name.startswith("d")]).value_counts()
    assert rest.to_dict() == {"train": 14, "test": 4, "validation": 2}


def test_a_split_that_the_corpus_lacks_is_taken_from_its_training_speakers():
    found = splits_of(units(**{f"a{number}": "train" for number in range(20)}, b="test"))
    assert found["b"] == "test"
    counts = pd.Series(list(found.values())).value_counts()
    assert counts.to_dict() == {"train": 18, "validation": 2, "test": 1}


def test_a_speaker_in_two_splits_goes_to_the_last():
    words = pd.concat([units(a="train", b="train", c="train", d="train"), units(a="test", b="validation")])
    words = words.assign(file=[f"{number}.wav" for number in range(len(words))])
    assert splits_of(words) == {"a": "test", "b": "validation", "c": "train", "d": "train"}


RULE = Vocabulary(letters=3, seconds=Seconds(0.2, 1.0), tokens=2, speakers=2, most=None)


def spoken(*words):
    """Return a table of words (word, speaker, duration)."""
    rows = [(f"{n}.wav", word, speaker, 0.0, lasts_s) for n, (word, speaker, lasts_s) in enumerate(words)]
    return pd.DataFrame(rows, columns=["file", "word", "speaker", "start_s", "end_s"])


def test_the_vocabulary_is_kept_by_rule():
    words = spoken(
        ("green", "a", 0.4), ("green", "b", 0.4), ("green", "b", 1.5),  # the last is too long
        ("blue", "a", 0.4), ("blue", "a", 0.4),  # one speaker
        ("red", "a", 0.4), ("red", "b", 0.1),  # the last is too short
        ("it's", "a", 0.3), ("it's", "b", 0.3),  # three letters
        ("it", "a", 0.3), ("it", "b", 0.3),  # too few letters
        ("house", "a", 0.3), ("house", "b", 0.3), ("house", "c", 0.3),
    )  # fmt: skip
    kept, summary = keep_vocabulary(words, RULE)
    assert set(kept["word"]) == {"green", "it's", "house"}
    assert len(kept) == 7
    assert summary == {"of": 6, "kept": 3}
    assert set(keep_vocabulary(words, replace(RULE, most=1))[0]["word"]) == {"house"}
    assert set(keep_vocabulary(words, replace(RULE, most=2))[0]["word"]) == {"house", "green"}
    assert keep_vocabulary(words, None)[0] is words


def test_a_rule_that_keeps_nothing_is_named():
    with pytest.raises(CorpusError, match=r"corpus\.vocabulary keeps none of 1 words: relax letters"):
        keep_vocabulary(spoken(("go", "a", 0.5)), RULE)


def test_the_corpus_has_the_vocabulary(params, tmp_path):
    rule = Vocabulary(letters=1, seconds=Seconds(0.3, 1.0), tokens=1, speakers=1, most=None)
    provenance = module.make(replace(params, vocabulary=rule), tmp_path, SOUND)
    assert provenance["tables"]["words"]["labels"] == ["bed", "stop"]  # those of LibriSpeech last 0.25 s
    assert provenance["vocabulary"] == {"of": 4, "kept": 2}


@pytest.mark.parametrize("name", CORPORA)
def test_each_corpus_is_read_split_and_rendered(name, folder, params, mixture_params, tmp_path):
    place = tmp_path / "public"
    place.mkdir()
    for each in {each.corpus for each in ENTRIES} - {name}:
        (place / each).symlink_to(folder / each)
    miniature.MADE[name](place / name)
    entries = [
        entry(table, name) if table in CORPORA[name].tables else FALLBACK[table] for table in tables.TABLES
    ]
    chosen = replace(params, folder=str(place), public=tuple(entries), min_sources=1)
    out = tmp_path / "corpus"
    provenance = module.make(chosen, out, SOUND)
    assert name in {each["name"] for each in provenance["corpora"]}
    assert provenance["quarantined"] == 0
    found = tables.load(out)
    for table in CORPORA[name].tables:
        assert set(found[table]["split"]) == {"train", "validation", "test"}
        assert all(value.startswith((name, *SHARED)) for value in found[table][tables.UNIT[table]])
    kinds = ("scene", "shaped") if "scenes" in CORPORA[name].tables else ("shaped",)
    drawn = draw_mixtures(
        found, out, ("word", "genre"), replace(mixture_params, backgrounds=kinds, pieces={}), SOUND
    )
    for task in ("word", "genre"):
        for kind in kinds:
            row = drawn[(drawn["task"] == task) & (drawn["background"] == kind)].iloc[0]
            assert render(Mixture.of(row), out, SOUND).std() > 100
