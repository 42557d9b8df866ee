import itertools
from dataclasses import replace

import numpy as np
import pytest

from heschl import audio
from heschl.mixtures.check import MixtureError
from heschl.mixtures.excerpts import CorpusSplit
from heschl.mixtures.mix import parts
from heschl.mixtures.params import Range, Sequence
from heschl.mixtures.row import Mixture
from heschl.tasks import TASKS
from tests.helpers.mixtures import draw_mixtures

RATE = 8000


@pytest.fixture(scope="module")
def speaking(tmp_path_factory, corpus):
    """A corpus whose speakers say five isolated words each, at different levels."""
    folder, tables = tmp_path_factory.mktemp("words"), dict(corpus[1])
    rng, rows = np.random.default_rng(2), []
    for speaker in range(12):
        for word in ("low", "high"):
            for take in range(3 if word == "low" else 2):
                file = f"audio/words/{word}{speaker}-{take}.wav"
                seconds = 0.2 + 0.05 * take
                audio.write(
                    folder / file, 0.02 * (1 + take) * rng.standard_normal(round(seconds * RATE)), RATE
                )
                split = ("train", "validation", "test")[speaker % 3]
                rows.append(
                    {"file": file, "start_s": 0.0, "end_s": seconds, "word": word, "speaker": f"s{speaker}"}
                    | {"split": split}
                )
    for name in ("music", "scenes", "talkers"):
        for file in tables[name]["file"]:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).symlink_to(corpus[0] / file)
    return folder, tables | {
        "words": tables["words"].iloc[:0].reindex(range(len(rows))).assign(**columns(rows))
    }


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.fixture(scope="module")
def params(mixture_params):
    return replace(mixture_params, sequence=Sequence(gap_s=Range(low=0.01, high=0.05), fewest=2))


@pytest.fixture(scope="module")
def made(speaking, sound, params):
    return draw_mixtures(speaking[1], speaking[0], ("word", "genre"), params, sound)


def test_a_word_is_heard_among_others_of_its_speaker(made, speaking):
    words = speaking[1]["words"].set_index("file")
    for row in made[made["task"] == "word"].to_dict("records"):
        assert len(row["context_files"]) >= 2
        assert row["target_file"] not in row["context_files"]
        voices = {words.loc[file, "speaker"] for file in (row["target_file"], *row["context_files"])}
        assert len(voices) == 1
        ends = [start + words.loc[file, "end_s"] for file, start in places(row)]
        spans = sorted(
            [
                *zip([start for _, start in places(row)], ends, strict=True),
                (row["word_start_s"], row["word_end_s"]),
            ]
        )
        gaps = [after[0] - before[1] for before, after in itertools.pairwise(spans)]
        assert all(0.0098 <= gap <= 0.0502 for gap in gaps)
        assert spans[-1][1] > 0.95
        assert spans[0][0] < 0.05  # from the beginning of the clip to its end
    assert not made.loc[made["task"] == "genre", "context_files"].map(len).any()


def places(row):
    return list(zip(row["context_files"], row["context_starts_s"], strict=True))


def test_the_words_have_the_rms_of_the_target(made, speaking, sound):
    words = speaking[1]["words"].set_index("file")
    for row in made[(made["task"] == "word") & (made["background"] == "clean")].to_dict("records"):
        clip = parts(Mixture.of(row), speaking[0], sound).target
        spans = [(start, start + words.loc[file, "end_s"]) for file, start in places(row)]
        spans = [*spans, (row["word_start_s"], row["word_end_s"])]
        inside = [(begin, end) for begin, end in spans if begin >= 0 and end <= 1]
        levels = [audio.rms(clip[round(begin * RATE) : round(end * RATE)]) for begin, end in inside]
        assert len(levels) >= 2
        np.testing.assert_allclose(levels, levels[0], rtol=0.02)


def test_without_a_sequence_words_are_heard_alone(speaking, sound, mixture_params, made):
    alone = draw_mixtures(speaking[1], speaking[0], ("word", "genre"), mixture_params, sound)
    assert not alone["context_files"].map(len).any()
    assert len(alone) == len(made)


def test_speakers_with_too_few_words_are_no_targets(speaking, sound, params):
    folder, tables = speaking
    fewer = tables["words"].drop(index=tables["words"].query("speaker == 's0'").index[1:])
    split = CorpusSplit.of("train", folder, tables | {"words": fewer}, params, sound)
    assert "s0" not in {row["speaker"] for row in split.targets(TASKS["word"])}
    many = replace(params, sequence=replace(params.sequence, fewest=9))
    with pytest.raises(MixtureError, match="no speaker has 9 isolated words besides a target"):
        CorpusSplit.of("train", folder, tables, many, sound).targets(TASKS["word"])
