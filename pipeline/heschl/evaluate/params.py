"""Params section `evaluate`."""

from heschl.params import Count, section


@section
class EvaluateParams:
    """Params section `evaluate`."""

    batch_size: Count
    null_answers: bool  # whether null classes, such as "__genre__" of a word clip, are possible answers
