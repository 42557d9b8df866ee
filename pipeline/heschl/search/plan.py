"""How much training is planned, before it starts: by the multiplications of the networks."""

from collections.abc import Sequence

from heschl.search.params import SearchParams


def of_trials(macs: Sequence[int], params: SearchParams) -> float:
    """Return the epochs of all trials together, each times the multiplications of its network for a clip.

    macs : of each trial; those that go on to a later rung are taken as of average cost
    """
    total, share, before = 0.0, 1.0, 0
    for epochs in params.epochs:
        total += share * (epochs - before)
        share, before = share * params.keep, epochs
    return total * sum(macs)


def said(planned: float, own: float) -> str:
    """Say how much it is; own : of a full training of the network of params.yaml, as `of_trials`."""
    ratio = planned / own
    number = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return f"about as much computation as {number} full trainings of the network of params.yaml"
