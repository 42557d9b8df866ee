"""python -m benchmarks.two_ears: time of two ears, and of what they keep of timing, over that of one ear.

Each form has the section cochleagram of params.yaml, on clips of 2 s in a batch; one thread, in turns, the
shortest of several.

    python -m benchmarks.two_ears
"""

import argparse
from dataclasses import replace
from functools import partial

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.cochleagram import milliseconds
from heschl import params
from heschl.audio import Sound
from heschl.ear.cochleagram import Cochleagram
from heschl.ear.params import CochleagramParams, Timing

LIMIT_HZ = 3000.0
FINE_HZ = 8000.0  # rate of the rectified form


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(1)
    plain, one = replace(params.load("cochleagram", CochleagramParams), timing=None), Sound(16000, 2.0)
    two = replace(one, channels=2)
    fine = replace(plain, envelope_hz=FINE_HZ, timing=Timing("rectified", LIMIT_HZ))
    forms = {
        "one ear": Cochleagram(plain, one),
        "two ears": Cochleagram(plain, two),
        "two ears, interaural": Cochleagram(replace(plain, timing=Timing("interaural", LIMIT_HZ)), two),
        "two ears, rectified": Cochleagram(fine, two),
    }
    runs = [partial(ear, clips(ear, given.batch)) for ear in forms.values()]
    found = [each / given.batch for each in milliseconds(runs, given.repeats, torch.device("cpu"))]
    table = Table("", "ms a clip", "over one ear")
    for name, each in zip(forms, found, strict=True):
        table.add_row(name, f"{each:.1f}", f"{each / found[0]:.1f}")
    Console().print(table)


def clips(ear: Cochleagram, batch: int) -> torch.Tensor:
    shape = (ear.samples,) if ear.sound.channels == 1 else (2, ear.samples)
    return 0.1 * torch.randn(batch, *shape, generator=torch.Generator().manual_seed(0))


if __name__ == "__main__":
    main()
