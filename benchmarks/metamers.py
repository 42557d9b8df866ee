"""python -m benchmarks.metamers: metamers an hour, beside a plain loop with the published settings.

The loop is that of Feather et al. (2019, 2023): one sound at a time, the whole network, 24,000 steps of
gradient descent scaled to a norm, whose rate is halved seven times. Both make metamers of the same sounds and
layers of models/network, in one process; printed are sounds an hour, the ratio, and how alike the responses
are at the end.
"""

import argparse
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

from heschl.memory import keep_memory
from heschl.metamers.descent import descend
from heschl.metamers.layers import response_of
from heschl.metamers.make import start_noise
from heschl.metamers.match import distance, frozen, softened
from heschl.metamers.params import Descent, MetamerParams
from heschl.metamers.similarity import similarity
from heschl.metamers.sounds import natural_sounds
from heschl.network.hearing import Hearing
from heschl.network.saved import load_network
from heschl.params import load
from heschl.shards.read import Shards

PUBLISHED = Descent("published", 24_000, 1.0, 7)
START_RMS = 1e-7
PUBLISHED_SLOPE = 5.0  # of the compression in the gradient, as in their ear


class Rate(NamedTuple):
    """Sounds an hour, the distance of the responses at the end and their Spearman's r."""

    an_hour: float
    distance: float
    spearman: float


class Plain(nn.Module):
    """A layer's response, found with a hook while the whole network runs."""

    def __init__(self, hearing: Hearing, name: str):
        super().__init__()
        self.hearing, self.layer = hearing, hearing.layers[name]

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the response."""
        found: list[Tensor] = []
        hook = self.layer.register_forward_hook(lambda module, inputs, output: found.append(output))
        self.hearing(waveform)
        hook.remove()
        return found[0].flatten(1)


def rate(respond: Any, natural: Tensor, start: Tensor, params: Descent, judge: Any) -> Rate:
    """Make metamers; judge : the response by which they are compared."""
    with torch.no_grad():
        wanted = respond(natural)
    begin = time.perf_counter()
    found = descend(respond, wanted, start, params).sounds
    an_hour = 3600 * len(natural) / (time.perf_counter() - begin)
    with torch.no_grad():
        one, other = judge(natural), judge(found)
    alike = similarity(one.double().numpy(), other.double().numpy())["spearman"]
    return Rate(an_hour, float(distance(other, one).median()), float(alike.mean()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", type=Path, default=Path("models/network"))
    parser.add_argument("--shards", type=Path, default=Path("data/shards"))
    parser.add_argument("--layers", nargs="*", default=["conv2", "word.fc5"])
    parser.add_argument("--plain", type=int, default=1, help="sounds of the plain loop")
    given = parser.parse_args()
    keep_memory()
    params = load("metamers", MetamerParams)
    hearing = load_network(given.network)
    test, count = Shards.open(given.shards, "test"), params.batch_size
    sounds = natural_sounds(hearing, test, count, params.seed, count)[:count]
    natural = torch.stack([sound.waveform for sound in sounds])
    noise = start_noise(natural, params, 0)
    table = Table("layer", "", "sounds an hour", "ratio", "distance", "Spearman's r")
    for name in given.layers:
        with frozen(hearing):
            judge, few = response_of(hearing, name), slice(0, given.plain)
            start = noise[few] * (START_RMS / params.start_rms)
            with softened(hearing.ear, PUBLISHED_SLOPE):
                slow = rate(Plain(hearing, name), natural[few], start, PUBLISHED, judge)
            with softened(hearing.ear, params.slope):
                fast = rate(judge, natural, noise, params.descent, judge)
        for label, each in (("published, plain loop", slow), ("heschl metamers", fast)):
            figures = (each.an_hour, each.an_hour / slow.an_hour, each.distance, each.spearman)
            table.add_row(name, label, *(f"{figure:.4g}" for figure in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
