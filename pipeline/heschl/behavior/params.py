"""Params section `behavior`."""

from heschl.params import Count, Natural, Share, section


@section
class BehaviorParams:
    """Params section `behavior`."""

    seed: Natural
    resamples: Count  # of the bootstrap
    confidence: Share  # of the intervals
    answers: dict[
        str, Count
    ]  # labels per clip, of network and listener; correct if one of them is the true one
    published: bool  # whether to compare the network with published listeners
    min_attention: Share  # share of attention checks that a listener must pass to be included
    fewest_listeners: Count  # own listeners of a task; with fewer, only their means are shown
    fewest_trials: Count  # of all listeners together in a condition (the median condition); likewise
