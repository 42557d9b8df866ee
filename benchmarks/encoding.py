"""python -m benchmarks.encoding: time and memory of encode's regressions, and the time of the same work with other programs.

Random features and responses of the size of Norman-Haignere et al. 2015: 165 sounds, 7694 voxels in three runs and their mean, ten splits
of 83 sounds, eight layers of up to 20,000 features, thirty penalties. What the other programs take is measured on one split of the first
layer - the loop on a few voxels, the others on all of them - and scaled to the whole; all in this run.

    loop        a RidgeCV for each voxel, run, split and layer: the loop that is published, its features cut and centred once a split
    RidgeCV     scikit-learn's RidgeCV(alpha_per_target=True), all voxels and runs at once
    himalaya    KernelRidgeCV with leave-one-out folds, all voxels and runs at once; skipped if absent (pip install himalaya==0.4.11)

    python -m benchmarks.encoding
    python -m benchmarks.encoding --voxels 500 --without himalaya
"""

import argparse
import importlib.util
import resource
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold

from pipeline.encode.regression import Floors, encode
from pipeline.encode.splits import Split, splits
from pipeline.statistics.ridge import RELATIVE, gram

SOUNDS, FIT, RUNS = 165, 83, 3
WIDTHS = (8256, 8256, 20000, 5632, 5632, 11264, 5632, 1024)  # features of the layers
FLOORS = Floors(response=0.182, prediction=0.183)
OTHERS = ("loop", "RidgeCV", "himalaya")


def data(voxels: int, widths: tuple[int, ...], seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Return random features, and responses that eight of them drive, in noise: (sounds, voxels, runs)."""
    rng = np.random.default_rng(seed)
    layers = [
        rng.standard_normal((SOUNDS, width), np.float32) * np.linspace(1, 0.1, width, dtype=np.float32)
        for width in widths
    ]
    signal = sum(layer[:, :8] @ rng.standard_normal((8, voxels)) for layer in layers)
    return layers, signal[..., None] / 8 + rng.standard_normal((SOUNDS, voxels, RUNS))


def parts(
    features: np.ndarray, values: np.ndarray, split: Split
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features to fit and to score, and responses to fit: mean and runs as (fit, voxels x 4), all centred with the fitted mean."""
    fit, score = (features[each].astype(np.float64) for each in split)
    targets = np.concatenate([values.mean(axis=2, keepdims=True), values], axis=2)[split.fit].reshape(
        len(split.fit), -1
    )
    return fit - fit.mean(axis=0), score - fit.mean(axis=0), targets - targets.mean(axis=0)


def penalties(fit: np.ndarray) -> np.ndarray:
    """Return the finite penalties of this split and layer, and one that stands for infinity."""
    relative = np.where(np.isinf(RELATIVE.values), 1e12, RELATIVE.values)
    return relative[::-1] * np.square(fit).sum() / len(fit)


def loop(features: np.ndarray, values: np.ndarray, split: Split) -> np.ndarray:
    """Predict voxel by voxel, run by run."""
    fit, score, targets = parts(features, values, split)
    alphas = penalties(fit)
    return np.stack([RidgeCV(alphas).fit(fit, target).predict(score) for target in targets.T], axis=1)


def at_once(features: np.ndarray, values: np.ndarray, split: Split) -> np.ndarray:
    """Predict all voxels and runs with one RidgeCV."""
    fit, score, targets = parts(features, values, split)
    return RidgeCV(penalties(fit), alpha_per_target=True).fit(fit, targets).predict(score)


def himalaya(features: np.ndarray, values: np.ndarray, split: Split) -> np.ndarray:
    """Predict all voxels and runs with himalaya, leaving out each sound."""
    from himalaya.kernel_ridge import KernelRidgeCV

    fit, score, targets = parts(features, values, split)
    model = KernelRidgeCV(penalties(fit), kernel="linear", cv=KFold(len(fit)))
    return model.fit(fit, targets).predict(score)


def seconds(function: Callable, *arguments: object) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def peak() -> float:
    """Return the most memory that this process has held, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=7694)
    parser.add_argument("--layers", type=int, default=len(WIDTHS))
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--some", type=int, default=20, help="voxels of the loop")
    parser.add_argument("--without", nargs="*", default=[], choices=OTHERS)
    given = parser.parse_args()
    layers, values = data(given.voxels, WIDTHS[: given.layers], 0)
    every, before = splits(SOUNDS, FIT, given.splits, 0), peak()
    ours = sum(
        seconds(lambda layer=layer: encode(gram(layer), values, every, RELATIVE, FLOORS)) for layer in layers
    )
    table = Table("program", "measured", "whole", "times ours")
    table.add_row("heschl", "all of it", f"{ours:.1f} s", "1")
    memory = peak() - before
    programs = {
        "loop": (loop, values[:, : given.some]),
        "RidgeCV": (at_once, values),
        "himalaya": (himalaya, values),
    }
    for name in OTHERS:
        if name in given.without or (name == "himalaya" and not importlib.util.find_spec("himalaya")):
            continue
        function, some = programs[name]
        measured = seconds(function, layers[0], some, every[0])
        whole = measured * given.layers * given.splits * given.voxels / some.shape[1]
        table.add_row(
            name,
            f"{some.shape[1]} voxels, 1 split, 1 layer: {measured:.1f} s",
            f"{whole:.0f} s",
            f"{whole / ours:.1f}",
        )
    Console().print(table)
    work = f"{given.splits} splits, {given.layers} layers, {len(RELATIVE.values)} penalties"
    print(f"{given.voxels} voxels x {RUNS} runs and their mean, {work}")
    print(f"memory beside features and responses: {memory:.2f} GB")


if __name__ == "__main__":
    main()
