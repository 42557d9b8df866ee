import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from pipeline.evaluate import answers, predict
from pipeline.evaluate.answers import AnswersError
from pipeline.evaluate.predict import EvaluateParams
from pipeline.mixtures.draw import draw_mixtures
from pipeline.shards.read import Shards
from pipeline.shards.write import ShardParams, write_shards
from pipeline.tasks import named

PARAMS = EvaluateParams(batch_size=16, null_answers=False)


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
    table = draw_mixtures(tables, folder, ("word", "genre"), mixture_params, sound)
    out = tmp_path_factory.mktemp("shards")
    write_shards(table, folder, out, ("word", "genre"), sound, ShardParams(clips=20), {})
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
    clips = predict.answer(oracle, opened, PARAMS).clips
    assert clips["key"].tolist() == [opened.record(n)["key"] for n in range(len(opened))]
    assert not clips["answer"].str.startswith("__").any()
    assert (clips["correct"] == (clips["background"] != "babble2")).all()
    assert (clips.loc[clips["correct"] == 1, "answer"] == clips.loc[clips["correct"] == 1, "truth"]).all()
    assert clips.loc[clips["background"] == "babble2", "rank"].eq(2).all()
    assert clips["top5"].str.split("|").map(len).eq(2).all()
    assert (
        clips.loc[clips["correct"] == 1, "probability"]
        .round(3)
        .eq(round(float(1 / (1 + np.exp(-3))), 3))
        .all()
    )


def test_probabilities_are_those_of_the_answers(opened):
    oracle = Oracle(opened, logits_for(opened, lambda record: record["background"] != "babble2"))
    found = predict.answer(oracle, opened, PARAMS)
    for task, table in found.probabilities.items():
        clips = found.clips[found.clips["task"] == task]
        assert list(table)[1:] == named(opened.labels[task])
        assert table["__key__"].tolist() == clips["key"].tolist()
        values = table.drop(columns="__key__").to_numpy()
        assert values.sum(axis=1) == pytest.approx(np.ones(len(clips)), abs=1e-6)
        assert values.max(axis=1) == pytest.approx(clips["probability"].to_numpy(), abs=1e-4)
        of_truth = [row[truth] for (_, row), truth in zip(table.iterrows(), clips["truth"], strict=True)]
        assert of_truth == pytest.approx(clips["truth_probability"].to_numpy(), abs=1e-4)


def test_the_null_class_is_an_answer_where_params_say_so(opened):
    oracle = Oracle(opened, logits_for(opened, lambda record: True))
    clips = predict.answer(oracle, opened, EvaluateParams(batch_size=16, null_answers=True)).clips
    assert clips["answer"].str.startswith("__").all()  # its logit is highest of all
    assert clips["rank"].eq(2).all()
    assert not clips["correct"].any()


def test_a_target_is_one_recording_in_every_condition(opened):
    clips = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS).clips
    assert clips.groupby("target")["truth"].nunique().eq(1).all()
    assert clips.groupby("target")["key"].count().eq(1 + 6 * 3).all()
    assert clips.groupby("task")["target"].nunique().to_dict() == {"word": 2, "genre": 3}


def test_tables_read_back_as_they_were_written(opened, tmp_path):
    found = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS)
    answers.write(tmp_path, found)
    pd.testing.assert_frame_equal(answers.read(tmp_path / "clips.csv"), found.clips)
    assert answers.read(tmp_path / "silenced.csv").empty
    assert answers.labels_of(tmp_path) == {task: named(names) for task, names in opened.labels.items()}


def test_labels_stay_text(opened, tmp_path):
    found = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS)
    odd = found.clips.assign(truth="null", answer="7")
    odd.to_csv(tmp_path / "clips.csv", index=False)
    assert answers.read(tmp_path / "clips.csv")[["truth", "answer"]].iloc[0].tolist() == ["null", "7"]


def test_a_table_that_is_not_there_or_lacks_a_column_is_named(opened, tmp_path):
    with pytest.raises(AnswersError, match=r"clips.csv is missing.*dvc repro evaluate"):
        answers.read(tmp_path / "clips.csv")
    (tmp_path / "clips.csv").write_text("key,task\na,word\n")
    with pytest.raises(AnswersError, match=r"clips.csv lacks the columns background, .*dvc repro evaluate"):
        answers.read(tmp_path / "clips.csv")


def test_the_control_silences_the_middle_of_clean_clips_alone(monkeypatch, opened):
    heard = []
    oracle = Oracle(opened, logits_for(opened, lambda record: True))
    monkeypatch.setattr(predict, "SILENCED_S", 0.2)
    oracle.register_forward_pre_hook(lambda module, inputs: heard.append(inputs[0].numpy()))
    clips = predict.silenced(oracle, opened, "word", PARAMS).clips
    assert set(clips["background"]) == {"clean"}
    assert len(clips) == 2
    (waveforms,) = heard
    assert not waveforms[:, 3200:4800].any()
    assert waveforms[:, :3200].any()
    assert waveforms[:, 4800:].any()
