"""Params section `metamers`."""

from typing import Literal

from heschl.params import Count, Natural, Positive, section


@section
class Descent:
    """How a sound is changed until a layer responds as to the natural one.

    published : steps of gradient descent, the gradient of each sound scaled to a norm of `rate` (Feather et
                al. 2019, 2023), halved after each of `halvings` + 1 equal parts
    adam      : steps of Adam, whose rate falls from `rate` to 0 as a cosine
    """

    method: Literal["adam", "published"]
    steps: Count
    rate: Positive
    halvings: Natural


@section
class MetamerParams:
    """Params section `metamers`."""

    seed: Natural  # of the sounds, the start and the pairs
    layers: list[str]  # names in `Hearing.layers`, and "cochleagram"; empty: see `layers.responses_of`
    sounds: Count  # clean test clips of each task, which the network names correctly
    start_rms: Positive  # of the noise that each metamer starts from, 1 is full scale
    descent: Descent
    slope: Positive  # largest slope of the ear's compression in the gradient
    batch_size: Count  # sounds that are changed at once
    checkpoint_steps: Count  # from one checkpoint to the next
    pairs: Count  # of training clips, whose similarity is that of different sounds
