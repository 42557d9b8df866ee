"""Params of the activations that `decode` and `encode` share."""

from heschl.params import Count, section


@section
class ActivationsParams:
    """Params section `activations`."""

    names: tuple[str, ...] | None  # layers of the trained network; null: all but dropout
    time_axis: int  # of activations with three axes or more
    batch_size: Count  # sounds
    trust_code: bool  # import the classes that networks in inputs/models name
