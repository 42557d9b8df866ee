"""python -m benchmarks.encoding: time and memory of encode's regressions, and the time of other programs.

Random features and responses of the size of Norman-Haignere et al. 2015: 165 sounds, 7694 voxels in three
repeats and their mean, ten splits with 83 sounds to fit, eight layers of up to 20,000 features, thirty
penalties. The other programs are timed on one split of the first layer - the loop on a few voxels, the others
on all - and scaled to all of it; everything in one run.

    loop        a RidgeCV for each voxel, repeat, split and layer: the published loop, with features cut and
                centered once per split
    RidgeCV     scikit-learn's RidgeCV(alpha_per_target=True), all voxels and repeats at once
    himalaya    KernelRidgeCV with leave-one-out folds, all voxels and repeats at once; skipped if it is not
                installed (pip install himalaya==0.4.11)

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

from heschl.encode.params import Floors
from heschl.encode.regression import encode
from heschl.encode.splits import splits
from heschl.statistics.partition import Partition
from heschl.statistics.ridge import RELATIVE, gram

SOUNDS, FIT, REPEATS = 165, 83, 3
WIDTHS = (8256, 8256, 20000, 5632, 5632, 11264, 5632, 1024)  # features of the layers
FLOORS = Floors(response=0.182, prediction=0.183)
OTHERS = ("loop", "RidgeCV", "himalaya")


def data(voxels: int, widths: tuple[int, ...], seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Return random features, and noisy responses driven by eight of them: (sounds, voxels, repeats)."""
    rng = np.random.default_rng(seed)
    layers = [
        rng.standard_normal((SOUNDS, width), np.float32) * np.linspace(1, 0.1, width, dtype=np.float32)
        for width in widths
    ]
    signal = sum(layer[:, :8] @ rng.standard_normal((8, voxels)) for layer in layers)
    return layers, signal[..., None] / 8 + rng.standard_normal((SOUNDS, voxels, REPEATS))


def parts(
    features: np.ndarray, values: np.ndarray, split: Partition
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features to fit and to score, and responses to fit, centered with the fitted sounds' means.

    The responses are the mean and the repeats, (fit, voxels x 4).
    """
    fit, score = (features[each].astype(np.float64) for each in split)
    targets = np.concatenate([values.mean(axis=2, keepdims=True), values], axis=2)[split.fit].reshape(
        len(split.fit), -1
    )
    return fit - fit.mean(axis=0), score - fit.mean(axis=0), targets - targets.mean(axis=0)


def penalties(fit: np.ndarray) -> np.ndarray:
    """Return the finite penalties of this split and layer, and a large one in place of infinity."""
    relative = np.where(np.isinf(RELATIVE.values), 1e12, RELATIVE.values)
    return relative[::-1] * np.square(fit).sum() / len(fit)


def loop(features: np.ndarray, values: np.ndarray, split: Partition) -> np.ndarray:
    """Predict each voxel and repeat by itself."""
    fit, score, targets = parts(features, values, split)
    alphas = penalties(fit)
    return np.stack([RidgeCV(alphas).fit(fit, target).predict(score) for target in targets.T], axis=1)


def at_once(features: np.ndarray, values: np.ndarray, split: Partition) -> np.ndarray:
    """Predict all voxels and repeats with one RidgeCV."""
    fit, score, targets = parts(features, values, split)
    return RidgeCV(penalties(fit), alpha_per_target=True).fit(fit, targets).predict(score)


def himalaya(features: np.ndarray, values: np.ndarray, split: Partition) -> np.ndarray:
    """Predict all voxels and repeats with himalaya, leaving out one sound at a time."""
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
    """Return the peak memory of this process, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=7694)
    parser.add_argument("--layers", type=int, default=len(WIDTHS))
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--some", type=int, default=20, help="voxels for the loop")
    parser.add_argument("--without", nargs="*", default=[], choices=OTHERS)
    given = parser.parse_args()
    layers, values = data(given.voxels, WIDTHS[: given.layers], 0)
    every, before = splits(SOUNDS, FIT, given.splits, 0), peak()
    ours = sum(
        seconds(lambda layer=layer: encode(gram(layer), values, every, RELATIVE, FLOORS)) for layer in layers
    )
    table = Table("program", "measured", "scaled to all", "times heschl")
    table.add_row("heschl", "all", f"{ours:.1f} s", "1")
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
        total = measured * given.layers * given.splits * given.voxels / some.shape[1]
        table.add_row(
            name,
            f"{some.shape[1]} voxels, 1 split, 1 layer: {measured:.1f} s",
            f"{total:.0f} s",
            f"{total / ours:.1f}",
        )
    Console().print(table)
    work = f"{given.splits} splits, {given.layers} layers, {len(RELATIVE.values)} penalties"
    print(f"{given.voxels} voxels x {REPEATS} repeats and their mean, {work}")
    print(f"memory in addition to features and responses: {memory:.2f} GB")


if __name__ == "__main__":
    main()
