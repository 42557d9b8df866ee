"""The training and validation clips, as Lightning reads them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from heschl.train.clips import ClipModule
from tests.helpers.trainings import TRAIN


@pytest.mark.parametrize(("device", "pinned"), [("cuda", True), ("cpu", False), ("mps", False)])
def test_memory_is_pinned_only_where_training_is_on_cuda(monkeypatch, shard_folder, device, pinned):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    clips = ClipModule(shard_folder, replace(TRAIN, batch_size=4), workers=0, verify=False)
    strategy = SimpleNamespace(root_device=torch.device(device))
    clips.trainer = SimpleNamespace(strategy=strategy, global_rank=0, world_size=1, global_step=0)
    assert [each.pin_memory for each in (clips.train_dataloader(), clips.val_dataloader())] == [pinned] * 2
