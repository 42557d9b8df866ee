"""Shuffled targets."""

import numpy as np

from heschl.decode.shuffles import shuffled_order
from heschl.decode.targets import Target

GROUPS = np.repeat([f"s{number}" for number in range(10)], 6)


def test_shuffled_labels_keep_the_sources():
    rng = np.random.default_rng(0)
    artists = Target({"genre": ("",)}, np.arange(60), np.repeat(list("aabbccddee"), 6), GROUPS, "artist")
    exchanged = artists.values[shuffled_order(artists, rng)]
    assert all(len(np.unique(exchanged[group == GROUPS])) == 1 for group in np.unique(GROUPS))
    assert (exchanged != artists.values).any()
    speakers = Target({"word": ("",)}, np.arange(60), np.tile(list("abcdef"), 10), GROUPS, "speaker")
    within = shuffled_order(speakers, rng)
    assert (np.sort(within.reshape(10, 6)) == np.arange(60).reshape(10, 6)).all()
    assert (within != np.arange(60)).any()
    alone = Target(
        {"category": ("",)}, np.arange(60), np.repeat(list("ab"), 30), np.arange(60).astype(str), "sound"
    )
    assert len(set(shuffled_order(alone, rng).tolist())) == 60
