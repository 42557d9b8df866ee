import pandas as pd
import pytest

from heschl.evaluate import answers, predict
from heschl.evaluate.answers import AnswersError
from heschl.tasks import named
from tests.evaluate.oracle import PARAMS, Oracle, logits_for


def test_tables_read_back_as_they_were_written(opened, tmp_path):
    found = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS)
    control = answers.Answers(found.clips.head(2), {})
    answers.write(tmp_path, [found], [control])
    pd.testing.assert_frame_equal(answers.read(tmp_path / "clips.csv"), found.clips)
    pd.testing.assert_frame_equal(answers.read(tmp_path / "silenced.csv"), control.clips)
    assert answers.labels_of(tmp_path) == {task: named(names) for task, names in opened.labels.items()}


def test_answers_written_in_blocks_are_those_of_one(opened, tmp_path, monkeypatch):
    oracle = Oracle(opened, logits_for(opened, lambda record: record["background"] != "babble2"))
    whole = predict.answer(oracle, opened, PARAMS)
    monkeypatch.setattr(predict, "BLOCK", 10)
    blocks = list(predict.answer_blocks(oracle, opened, PARAMS))
    assert len(blocks) > 2
    assert min(len(block.clips) for block in blocks) > 0
    counts = answers.write(tmp_path, blocks, predict.silenced_blocks(oracle, opened, PARAMS))
    pd.testing.assert_frame_equal(answers.read(tmp_path / "clips.csv"), whole.clips)
    for task, table in whole.probabilities.items():
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"probabilities/{task}.parquet"), table)
        own = whole.clips[whole.clips["task"] == task]
        assert counts[task] == (len(own), own["correct"].sum())


def test_labels_stay_text(opened, tmp_path):
    found = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS)
    odd = found.clips.assign(truth="null", answer="7")
    odd.to_csv(tmp_path / "clips.csv", index=False)
    assert answers.read(tmp_path / "clips.csv")[["truth", "answer"]].iloc[0].tolist() == ["null", "7"]


def test_a_table_that_is_not_there_or_lacks_a_column_is_named(opened, tmp_path):
    with pytest.raises(AnswersError, match=r"clips.csv is missing.*dvc repro evaluate"):
        answers.read(tmp_path / "clips.csv")
    (tmp_path / "clips.csv").write_text("key,task\na,word\n")
    with pytest.raises(
        AnswersError, match=r"clips.csv lacks the columns \['background', .*delete it and run `dvc repro`"
    ):
        answers.read(tmp_path / "clips.csv")
    (tmp_path / "clips.csv").write_text("")
    with pytest.raises(AnswersError, match=r"clips.csv cannot be read \(.*delete it and run `dvc repro`"):
        answers.read(tmp_path / "clips.csv")


def test_the_summary_names_the_share_correct_of_each_task(opened, tmp_path):
    found = predict.answer(Oracle(opened, logits_for(opened, lambda record: True)), opened, PARAMS)
    counts = answers.write(tmp_path, [found], [found])
    line = f"{len(opened)} test clips; correct over all backgrounds and SNRs: genre 100.0%, word 100.0%"
    assert answers.summary_line(counts) == line
