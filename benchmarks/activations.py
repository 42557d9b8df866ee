"""python -m benchmarks.activations: time and memory of all layers' time-averaged features of 165 sounds.

The network of a params file has random weights; the sounds are noise. Memory is the peak of the process minus
what it held before; the floor of the time is the forward pass alone, in the same run.

    heschl preset kell2018 --output work/kell2018.yaml
    python -m benchmarks.activations --params work/kell2018.yaml
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from heschl.activations.features import of_network
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.audio import Sound
from heschl.ear.params import CochleagramParams
from heschl.network.custom import NetworkSection
from heschl.network.hearing import Hearing, HearingParams
from heschl.params import load

SECTIONS = {"sound": Sound, "cochleagram": CochleagramParams, "network": NetworkSection}
CLASSES = {"word": 589, "genre": 43}


def peak() -> float:
    """Return the peak memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--sounds", type=int, default=165)
    given = parser.parse_args()
    labels = {task: [f"{task}-{n}" for n in range(number)] for task, number in CLASSES.items()}
    sections = {name: load(name, kind, given.params) for name, kind in SECTIONS.items()}
    hearing = Hearing(HearingParams(**sections), labels).eval()
    params = load("activations", ActivationsParams, given.params)
    sounds = (
        np.random.default_rng(0).integers(-3000, 3000, (given.sounds, hearing.sound.samples)).astype(np.int16)
    )
    before, start = peak(), time.perf_counter()
    features = of_network(hearing, sounds, params, time_mean(params), "activations").values
    middle, memory = time.perf_counter(), peak() - before
    with torch.no_grad():
        for batch in torch.from_numpy(sounds).split(params.batch_size):
            hearing(batch)
    floor = time.perf_counter() - middle
    kept = sum(each.nbytes for each in features.values()) / 1e6
    whole = given.sounds * sum(each.shape[1] for each in features.values())
    table = Table("", str(given.params))
    sizes = ", ".join(f"{name} {each.shape[1]}" for name, each in features.items())
    table.add_row("layers, units", f"{len(features)}, {whole // given.sounds:,} ({sizes})")
    table.add_row("time", f"{middle - start:.1f} s, {(middle - start) / floor:.2f} x the forward pass")
    table.add_row(
        "memory",
        f"{memory:.0f} MB at most, {kept:.0f} MB of them features, in batches of {params.batch_size}",
    )
    Console().print(table)


if __name__ == "__main__":
    main()
