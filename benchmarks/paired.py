"""python -m benchmarks.paired: how often encode's paired tests call one of two equally good models better.

Two models of 40 Gaussian features predict responses to 165 sounds, 83 of them fitted, in ten splits, as by
default. Some of the variance that drives a response is in features of both models, some in features of
either model alone, with the same share: neither is better. Sounds, features and responses are drawn anew in
every simulation. A test that controls its error rate finds a difference in 5 % of the responses or fewer.
For the power, the second model lacks half of what it alone contains.

    python -m benchmarks.paired --simulations 250
"""

import argparse
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from heschl.activations.layers import locate
from heschl.activations.models import Model
from heschl.encode.best_layer import best_layer
from heschl.encode.params import EncodeParams, Floors, SimulatedParams
from heschl.encode.responses import clean
from heschl.encode.scores import score_model
from heschl.encode.splits import splits
from heschl.statistics import paired

SOUNDS, RESPONSES, BLOCK = 165, 8, 10  # features of a block: shared, own, and two of no use
LEVEL = 0.05
PARAMS = EncodeParams(
    seed=1, source="table", folder="", sounds=SOUNDS, splits=10, fit=83, penalties="relative",
    floors=Floors(response=0.182, prediction=0.183), resamples=200, confidence=1 - LEVEL,
    simulated=SimulatedParams(1, 1, 1, 0.5, 1, {}),
)  # fmt: skip
EVERY = splits(SOUNDS, PARAMS.fit, PARAMS.splits, PARAMS.seed)


class World(NamedTuple):
    """Variance of a response that features of both models explain, and of those of each model alone."""

    shared: float
    first: float
    second: float


NULL = {
    "nothing in common, r2 0.3": World(0.0, 0.3, 0.3),
    "half in common, r2 0.6": World(0.4, 0.2, 0.2),
    "most in common, r2 0.6": World(0.55, 0.05, 0.05),
    "nothing predicted": World(0.0, 0.0, 0.0),
}
OTHER = {"first better by 0.1": World(0.4, 0.2, 0.1), "first better by 0.2": World(0.2, 0.3, 0.1)}


def simulate(world: World, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the differences of two models: in r2 (splits, responses), and in squared errors (sounds, ...).

    Both are positive where the first model is better.
    """
    rng = np.random.default_rng(seed)
    blocks = rng.standard_normal((3, SOUNDS, BLOCK))  # of both, of the first, of the second
    weights = rng.standard_normal((3, BLOCK, RESPONSES))
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    driven = sum(np.sqrt(share) * x @ w for share, x, w in zip(world, blocks, weights, strict=True))
    values = driven + np.sqrt(1 - sum(world)) * rng.standard_normal((SOUNDS, RESPONSES))
    none, names = np.full(RESPONSES, ""), [f"r{n}" for n in range(RESPONSES)]
    responses = clean(names_of(SOUNDS), values[..., None], names, none, none, "table")
    found = []
    for own in blocks[1:]:
        features = np.hstack([blocks[0], own, rng.standard_normal((SOUNDS, 2 * BLOCK))])
        layers = {"conv1": features, "conv2": features + rng.standard_normal(features.shape)}
        model = Model("model", locate([*layers], []), layers, dict.fromkeys(layers, features.shape[1]))
        scored = score_model(model, responses, EVERY, PARAMS)
        found.append((best_layer(scored.scores.r2, scored.scores.error).r2, scored.square))
    (r2, square), (other_r2, other_square) = found
    return r2 - other_r2, other_square - square


def names_of(number: int) -> list[str]:
    """Return names of sounds."""
    return [f"sound-{n}" for n in range(number)]


def p_values(world: World, simulations: int, shown: bool = False) -> np.ndarray:
    """Return the p values of both tests, over splits and over sounds: (2, simulations x responses)."""
    ratio, found = (SOUNDS - PARAMS.fit) / PARAMS.fit, []
    for seed in track(range(simulations), disable=not shown, transient=True):
        r2, square = simulate(world, seed)
        for one, other in zip(r2.T, square.T, strict=True):
            other = other[np.isfinite(other)].astype(float)
            found.append(
                (
                    paired.over_splits(one, ratio, PARAMS.confidence).p,
                    paired.over_units(other, PARAMS.resamples, PARAMS.confidence, seed).p,
                )
            )
    return np.array(found).T


def main() -> None:
    """Print the share of responses in which each test finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--simulations", type=int, default=250, help="of eight responses each")
    simulations = parser.parse_args().simulations
    table = Table("two models", "over splits", "over sounds", "responses")
    for name, world in (NULL | OTHER).items():
        p = p_values(world, simulations, shown=True)
        table.add_row(name, *(f"{each:.1%}" for each in (p < LEVEL).mean(1)), str(p.shape[1]))
    Console().print(table)


if __name__ == "__main__":
    main()
