from dataclasses import replace

import numpy as np
import pytest

from heschl.evaluate import predict
from heschl.evaluate.answers import joined
from heschl.evaluate.params import EvaluateParams
from heschl.tasks import TASKS, named
from tests.evaluate.oracle import PARAMS, Oracle, logits_for


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


def test_params_can_make_the_null_class_an_answer(opened):
    oracle = Oracle(opened, logits_for(opened, lambda record: True))
    clips = predict.answer(oracle, opened, EvaluateParams(batch_size=16, null_answers=True)).clips
    assert clips["answer"].str.startswith("__").all()  # its logit is highest of all
    assert clips["rank"].eq(2).all()
    assert not clips["correct"].any()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_not_finite_are_no_answers(opened, value):
    """A network whose weights became infinite would else answer as one at chance."""
    logits = logits_for(opened, lambda record: True)
    logits["word"][3] = value
    with pytest.raises(
        ValueError, match=r"clips test-0000000 to test-\d+: the network gives logits .*not finite"
    ):
        predict.answer(Oracle(opened, logits), opened, PARAMS)


def test_a_target_is_one_recording_in_every_condition(opened):
    clips = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS).clips
    assert clips.groupby("target")["truth"].nunique().eq(1).all()
    assert clips.groupby("target")["key"].count().eq(1 + 6 * 3).all()
    assert clips.groupby("task")["target"].nunique().to_dict() == {"word": 2, "genre": 3}


def test_the_control_silences_the_middle_of_clean_clips(monkeypatch, opened):
    heard = []
    oracle = Oracle(opened, logits_for(opened, lambda record: True))
    monkeypatch.setattr(predict, "SILENCED_S", 0.2)
    oracle.register_forward_pre_hook(lambda module, inputs: heard.append(inputs[0].numpy()))
    clips = joined(predict.silenced_blocks(oracle, opened, PARAMS)).clips
    assert set(clips["background"]) == {"clean"}
    assert len(clips) == 2
    (waveforms,) = heard
    assert not waveforms[:, 3200:4800].any()
    assert waveforms[:, :3200].any()
    assert waveforms[:, 4800:].any()


@pytest.mark.parametrize(("centered", "tasks"), [((), set()), (("genre", "word"), {"genre", "word"})])
def test_every_task_whose_labels_are_centered_has_the_control(monkeypatch, opened, centered, tasks):
    for name, task in TASKS.items():
        monkeypatch.setitem(TASKS, name, replace(task, centered=name in centered))
    oracle = Oracle(opened, logits_for(opened, lambda record: True))
    clips = joined(predict.silenced_blocks(oracle, opened, PARAMS)).clips
    assert set(clips["task"]) == tasks
    assert list(clips) == list(predict.COLUMNS)
