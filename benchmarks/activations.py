"""python -m benchmarks.activations: time and memory of every layer's features of 165 sounds, time-averaged as `encode` takes them.

A network of a params file with random weights, and noise for sounds. Memory is the most that the process holds beside the network, the
sounds and one batch less; the floor of the time is the forward pass alone, in the same run.

    python -m benchmarks.activations --params presets/kell2018.yaml
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from pipeline.activations.features import LayersParams, of_network, time_mean, widths
from pipeline.network.hearing import Hearing
from pipeline.params import load, load_all

CLASSES = {"word": 589, "genre": 43}


def peak() -> float:
    """Return the most memory that this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--params", type=Path, default=Path("presets/kell2018.yaml"))
    parser.add_argument("--sounds", type=int, default=165)
    given = parser.parse_args()
    labels = {task: [f"{task}-{n}" for n in range(number)] for task, number in CLASSES.items()}
    sections = load_all(given.params)
    hearing = Hearing(
        {"labels": labels} | {name: sections[name] for name in ("sound", "cochleagram", "network")}
    ).eval()
    params = load("activations", LayersParams, given.params)
    sounds = (
        np.random.default_rng(0).integers(-3000, 3000, (given.sounds, hearing.sound.samples)).astype(np.int16)
    )
    before, start = peak(), time.perf_counter()
    features = of_network(hearing, sounds, params, time_mean(params), "activations")
    middle, memory = time.perf_counter(), peak() - before
    with torch.no_grad():
        for batch in torch.from_numpy(sounds).split(params.batch_size):
            hearing(batch)
    floor = time.perf_counter() - middle
    kept = sum(each.nbytes for each in features.values()) / 1e6
    whole = given.sounds * sum(each.shape[1] for each in features.values())
    table = Table("", str(given.params))
    table.add_row(
        "layers, units",
        f"{len(features)}, {whole // given.sounds:,} ({', '.join(f'{k} {n}' for k, n in widths(features).items())})",
    )
    table.add_row("time", f"{middle - start:.1f} s, {(middle - start) / floor:.2f} x the forward pass")
    table.add_row(
        "memory",
        f"{memory:.0f} MB at most, of which {kept:.0f} MB are the features, in batches of {params.batch_size}",
    )
    Console().print(table)


if __name__ == "__main__":
    main()
