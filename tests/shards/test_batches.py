import numpy as np
import pytest

from heschl.shards.batches import EvaluationSequence, TrainSequence, evaluation_batches, train_batches


def parts(world, accumulate=1, position=0, clips=103, batch_size=12, seed=3, repeat_first=0):
    """Return the clips of each part, for each process a list of arrays."""
    sequences = [
        TrainSequence(clips, batch_size, accumulate, seed, rank, world, lambda: position, repeat_first)
        for rank in range(world)
    ]
    assert {len(sequence) for sequence in sequences} == {sequences[0].steps * accumulate}
    return [[part.numbers[part.mine] for part in sequence] for sequence in sequences]


def batches(ranks, accumulate=1):
    """Return the clips of each batch, from the parts of all processes."""
    steps = len(ranks[0]) // accumulate
    return [
        sorted(
            np.concatenate([np.concatenate(rank[i * accumulate : (i + 1) * accumulate]) for rank in ranks])
        )
        for i in range(steps)
    ]


GOLDEN = [705, 649, 543, 927, 577, 471]  # np.random.default_rng(SeedSequence([1, 0])).permutation(1000)[:6]
WHOLE = [sorted(batch) for batch in train_batches(103, 12, seed=3, epoch=0)]


@pytest.mark.parametrize("world", [1, 2, 3, 5])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_batches_are_the_same_for_any_number_of_processes_and_parts(world, accumulate):
    assert batches(parts(world, accumulate), accumulate) == WHOLE
    seen = np.concatenate(WHOLE)
    assert len(seen) == len(set(seen)) == 96


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (2, 3)])
def test_a_training_continues_mid_epoch_with_other_processes(before, after):
    """No clip is lost or repeated: 5 batches by some, the rest by others."""
    first, rest = batches(parts(before))[:5], batches(parts(after, position=5))
    assert first + rest == WHOLE
    assert batches(parts(after, position=len(WHOLE))) == [
        sorted(batch) for batch in train_batches(103, 12, seed=3, epoch=1)
    ]


def test_each_epoch_and_seed_has_its_own_order():
    def order(seed, epoch):
        return np.concatenate(list(train_batches(64, 8, seed, epoch))).tolist()

    assert order(1, 0) == order(1, 0)
    assert sorted(order(1, 0)) == list(range(64))
    assert len({tuple(order(seed, epoch)) for seed in (1, 2) for epoch in (0, 1, 2)}) == 6


def test_the_order_never_changes():
    """Golden: a change would change every training."""
    assert next(train_batches(1000, 6, seed=1, epoch=0)).tolist() == GOLDEN


def test_the_first_batches_are_repeated():
    for position in (0, 2, 7):
        (found,) = parts(1, position=position, repeat_first=4)
        assert [sorted(clips) for clips in found] == WHOLE[position % 4 : 4]


def test_impossible_batches_are_errors():
    with pytest.raises(
        ValueError, match=r"train\.batch_size is 12, too small for 7 processes of 2 parts each"
    ):
        parts(7, 2)
    with pytest.raises(
        ValueError, match=r"train\.batch_size is 8, but there are only 5 training clips: lower it"
    ):
        next(train_batches(5, 8, 0, 0))


@pytest.mark.parametrize("clips", [1, 7, 16, 64, 1003])
@pytest.mark.parametrize("world", [1, 2, 3, 5])
def test_every_clip_is_evaluated_once_in_the_same_company_for_any_number_of_processes(clips, world):
    alone = [numbers.tolist() for numbers, _ in evaluation_batches(clips, 16)]
    ranks = [list(EvaluationSequence(clips, 16, rank, world)) for rank in range(world)]
    assert {len(rank) for rank in ranks} == {len(EvaluationSequence(clips, 16, 0, world))}
    assert {len(part.numbers) for rank in ranks for part in rank} == {16}
    seen = np.concatenate([part.numbers[part.valid] for rank in ranks for part in rank])
    assert sorted(seen) == list(range(clips))
    together = [part.numbers.tolist() for rank in ranks for part in rank if part.valid.any()]
    assert sorted(together) == sorted(alone)
