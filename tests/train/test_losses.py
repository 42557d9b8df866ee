"""Losses and scores by name, and tasks that lack one."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from heschl.tasks import TASKS, Task
from heschl.train.losses import LOSSES, SCORES
from heschl.train.params import check_tasks
from tests.helpers.trainings import TRAIN

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 3.0]])
TARGET = torch.tensor([0, 1])


def test_cross_entropy_is_minus_the_log_of_the_softmax():
    exponentials = np.exp(LOGITS.numpy())
    expected = -np.log(exponentials[[0, 1], TARGET] / exponentials.sum(1))
    np.testing.assert_allclose(LOSSES["cross_entropy"](LOGITS, TARGET).numpy(), expected, rtol=1e-6)


def test_accuracy_is_one_where_the_class_has_the_largest_logit():
    assert SCORES["accuracy"](LOGITS, TARGET).tolist() == [1.0, 0.0]


def test_every_task_has_a_loss_and_a_score():
    check_tasks(replace(TRAIN, loss_weights=dict.fromkeys(TASKS, 1.0)), list(TASKS))


def test_a_task_of_the_shards_that_is_not_registered():
    with pytest.raises(ValueError, match=r"the task 'place', which is not registered: .* has word, genre"):
        check_tasks(TRAIN, ["word", "place"])


@pytest.mark.parametrize(("field", "known"), [("loss", "cross_entropy"), ("score", "accuracy")])
def test_a_task_whose_loss_or_score_is_unknown(monkeypatch, field, known):
    task = replace(Task(name="place", table="scenes", label="kind", null="__other__"), **{field: "hinge"})
    monkeypatch.setitem(TASKS, "place", task)
    with pytest.raises(ValueError, match=rf"the {field} of task 'place' is 'hinge'; expected one of {known}"):
        check_tasks(TRAIN, ["place"])
