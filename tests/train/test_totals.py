"""Sums of losses and scores against means taken by hand."""

import math

import pytest
import torch

from heschl.train import totals

LOSSES = torch.tensor([0.5, 1.25, 3.0, 9.0])
SCORES = torch.tensor([1.0, 0.25, 0.0, 1.0])
COUNTED, SCORED = torch.tensor([1, 1, 1, 0]).bool(), torch.tensor([1, 1, 0, 0]).bool()


def mean(rows):
    return totals.means(torch.stack(rows), "train", {"word": 2.0}, {"word": "accuracy"})


def test_means_are_those_of_the_clips_that_count():
    found = mean([totals.count(LOSSES, COUNTED, SCORES, SCORED)])
    loss = (0.5 + 1.25 + 3.0) / 3
    expected = {"train_loss": 2 * loss, "train_word_loss": loss, "train_word_accuracy": 0.625}
    assert found == pytest.approx(expected)


def test_sums_do_not_depend_on_how_clips_are_divided():
    losses, scores = torch.rand(101), torch.rand(101)
    counted = torch.rand(101) > 0.3
    whole = totals.count(losses, counted, scores, counted)
    parts = [
        totals.count(losses[i::7], counted[i::7], scores[i::7], counted[i::7]) for i in reversed(range(7))
    ]
    assert torch.equal(torch.stack(parts).sum(0), whole)


def test_a_loss_that_is_not_finite_makes_the_mean_nan():
    found = mean([totals.count(LOSSES / torch.tensor([1, 0, 1, 1]), COUNTED, SCORES, SCORED)])
    assert math.isnan(found["train_word_loss"])
    assert found["train_word_accuracy"] == 0.625
