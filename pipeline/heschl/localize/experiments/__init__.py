"""The experiments, each a file: append new ones at the end. Those without people are controls."""

from heschl.localize.experiment import Experiment
from heschl.localize.experiments import (
    angle,
    bandwidth,
    cues,
    delay,
    ears,
    frequency,
    median,
    noise,
    precedence,
    sides,
    smoothing,
    weights,
)

EXPERIMENTS: dict[str, Experiment] = {
    module.EXPERIMENT.name: module.EXPERIMENT
    for module in (
        noise, angle, delay, weights, precedence, median, smoothing, ears, bandwidth, frequency,
        sides, cues,
    )
}  # fmt: skip
