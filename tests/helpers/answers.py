"""SYNTHETIC answers of networks that were not trained, to the same test clips."""

import numpy as np
import pandas as pd

from heschl.grid import answers


def answered(grid, truth, sources=40):
    """Write answers whose probability of being correct varies with the training, its seed and the source.

    truth : training -> its accuracy
    """
    rng = np.random.default_rng(3)
    clips = pd.DataFrame(
        {
            "key": [f"test-{number:04d}" for number in range(800)],
            "task": ["word", "genre"] * 400,
            "background": ["clean", "clean", "scene", "scene"] * 200,
            "snr_db": [np.nan, np.nan, 0.0, 0.0] * 200,
            "source": [f"source {number}" for number in rng.integers(0, sources, 800)],
        }
    )
    ease = dict(zip(sorted(set(clips.source)), rng.normal(0, 0.05, sources), strict=False))
    for training in grid.trainings:
        chance = truth(training) + clips.source.map(ease) + rng.normal(0, 0.01)
        answers.write(training, clips.assign(correct=(rng.random(800) < chance).astype(int)))
    return grid
