import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats
from torch import nn

from pipeline import behavior, mixtures, shards
from pipeline.audio import Sound
from pipeline.behavior import EvaluateParams
from pipeline.shards import ShardParams, Shards

PARAMS = EvaluateParams(seed=0, batch_size=16, resamples=4000, confidence=0.95)


class Oracle(nn.Module):
    """Answers by table: for clip n of the shards, `logits[task][n]`; knows the clip by its samples."""

    def __init__(self, opened: Shards, logits: dict[str, np.ndarray]):
        super().__init__()
        self.labels, self.sound = opened.labels, opened.sound
        self.known = {opened.waveforms(np.array([n])).tobytes(): n for n in range(len(opened))}
        self.logits = logits

    def forward(self, waveform):
        numbers = [self.known.get(row.numpy().tobytes(), 0) for row in waveform]
        return {task: torch.from_numpy(values[numbers]) for task, values in self.logits.items()}


@pytest.fixture(scope="module")
def opened(tmp_path_factory, corpus, sound, mixture_params):
    folder, tables = corpus
    table = mixtures.table(tables, folder, ("word", "genre"), mixture_params, sound)
    out = tmp_path_factory.mktemp("shards")
    shards.write(table, folder, out, ("word", "genre"), sound, ShardParams(clips=20), {})
    return Shards.open(out, "test")


def logits_for(opened, right):
    """Logits that put the truth first where `right`, else last; the null class is always highest of all."""
    out = {}
    for task, names in opened.labels.items():
        values = np.zeros((len(opened), len(names)), dtype=np.float32)
        values[:, 0] = 9  # "__genre__" or "__speech__"
        for n in range(len(opened)):
            truth = opened.targets[task][n]
            if truth:
                values[n, truth] = 3 if right(opened.record(n)) else -3
        out[task] = values
    return out


def test_answers_leave_the_null_class_out_and_name_the_clip(opened):
    oracle = Oracle(opened, logits_for(opened, lambda record: record["background"] != "babble2"))
    clips = behavior.answer(oracle, opened, 16)
    assert clips["key"].tolist() == [opened.record(n)["key"] for n in range(len(opened))]
    assert not clips["answer"].str.startswith("__").any()
    assert (clips["correct"] == (clips["background"] != "babble2")).all()
    assert (clips.loc[clips["correct"] == 1, "answer"] == clips.loc[clips["correct"] == 1, "truth"]).all()
    assert clips.loc[clips["background"] == "babble2", "rank"].eq(2).all()
    assert clips["top5"].str.split("|").map(len).eq(2).all()
    assert clips.loc[clips["correct"] == 1, "probability"].round(3).eq(round(float(1 / (1 + np.exp(-3))), 3)).all()


def test_accuracy_and_metrics_are_those_of_the_answers(opened):
    oracle = Oracle(opened, logits_for(opened, lambda record: record["background"] == "clean" or record["snr_db"] > 0))
    table = behavior.accuracy(behavior.answer(oracle, opened, 16), PARAMS)
    assert len(table) == 2 * (1 + 6 * 3)
    assert table["top1"].eq((table["snr_db"].isna() | (table["snr_db"] > 0)).astype(float)).all()
    assert table["top5"].eq(1).all()
    found = behavior.metrics(table, opened.labels, {}, PARAMS)
    assert found["chance"] == {"word": 0.5, "genre": 0.5}
    assert found["summary"] == {"word_clean": 1.0, "word_at_6dB": 1.0, "genre_clean": 1.0, "genre_at_6dB": 1.0}
    assert found["word"]["scene"]["-6"]["top1"] == 0
    assert found["genre"]["clean"]["n"] == 3


def test_interval_agrees_with_scipy_where_every_source_has_one_clip():
    hits = np.random.default_rng(0).random(200) < 0.7
    low, high = behavior.bootstrap(hits.astype(float), np.arange(200).astype(str), PARAMS)
    reference = stats.bootstrap((hits.astype(float),), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(1))
    assert low == pytest.approx(reference.confidence_interval.low, abs=0.01)
    assert high == pytest.approx(reference.confidence_interval.high, abs=0.01)
    assert low < hits.mean() < high


def test_clips_of_one_source_are_not_independent():
    hits = np.repeat(np.random.default_rng(0).random(20) < 0.5, 10).astype(float)
    by_source = np.subtract(*behavior.bootstrap(hits, np.repeat(np.arange(20), 10).astype(str), PARAMS)[::-1])
    by_clip = np.subtract(*behavior.bootstrap(hits, np.arange(200).astype(str), PARAMS)[::-1])
    assert by_source > 2 * by_clip


def test_one_source_has_the_interval_of_its_clips():
    hits = (np.arange(100) < 60).astype(float)
    low, high = behavior.bootstrap(hits, np.full(100, "one"), PARAMS)
    expected = stats.binom(100, 0.6).ppf([0.025, 0.975]) / 100
    assert (low, high) == pytest.approx(expected, abs=0.011)


def test_the_control_silences_the_middle_of_clean_clips_alone(monkeypatch, opened):
    heard = []
    oracle = Oracle(opened, logits_for(opened, lambda record: True))
    monkeypatch.setattr(behavior, "SILENCED_S", 0.2)
    oracle.register_forward_pre_hook(lambda module, inputs: heard.append(inputs[0].numpy()))
    clips = behavior.silenced(oracle, opened, "word", 16)
    assert set(clips["background"]) == {"clean"}
    assert len(clips) == 2
    (waveforms,) = heard
    assert not waveforms[:, 3200:4800].any()
    assert waveforms[:, :3200].any()
    assert waveforms[:, 4800:].any()


def test_sound_is_that_of_the_shards(opened):
    assert opened.sound == Sound(sample_rate=8000, clip_s=1.0)


def test_an_empty_task_gives_no_rows():
    columns = ["task", "background", "snr_db", "rank", "source"]
    assert behavior.accuracy(pd.DataFrame(columns=columns), PARAMS).empty
