"""python -m benchmarks.rooms: impulse-response pairs a second on one core, of a box-shaped room with KEMAR.

rooms            `heschl.acoustics.room` and `tail`, at each sample rate
inverse DFTs     floor: the transforms alone that turn the spectra of all images into samples
pyroomacoustics  peer, if it is installed and --sofa names a SOFA file of KEMAR: the same room, at 44.1 kHz

Medians of turns in one run, of CPU time.

    python -m benchmarks.rooms
    python -m benchmarks.rooms --sofa MIT_KEMAR_normal_pinna.sofa
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import fft
from threadpoolctl import threadpool_limits

from heschl.acoustics.head import Head
from heschl.acoustics.kemar import kemar
from heschl.acoustics.room import Listener, Room, Source, _images, _size, impulse_response, position
from heschl.acoustics.tail import Energy, energy, tail
from heschl.acoustics.walls import OCTAVES_HZ, Walls

SIZE = (6.0, 5.0, 3.0)
MATERIALS = {
    "plaster": [0.14, 0.10, 0.06, 0.05, 0.04, 0.04],
    "carpet": [0.02, 0.06, 0.14, 0.37, 0.60, 0.65],
}
WALLS = Walls("plaster", "plaster", "plaster", "plaster", "carpet", "plaster")
SOURCE = Source(300.0, 10.0, 1.4)
RATES = (16000, 32000, 44100, 48000)
LENGTH_S = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--order", type=int, default=10, help="most reflections of an image")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--sofa", type=Path, help="SOFA file for pyroomacoustics")
    given = parser.parse_args()
    room = Room(SIZE, WALLS, MATERIALS, given.order)
    images = len(_images(room, np.ones(3), np.ones(3))[0])
    late = energy(room, LENGTH_S + 0.1)  # once in a room
    table = Table(
        "", "pairs a second", "times the floor's time", title=f"order {given.order}: {images} images"
    )
    with threadpool_limits(1):
        for rate in RATES:
            head = kemar().at_rate(rate)
            floor = median(transforms(head, images), given.turns)
            found = median(lambda turn, head=head: rooms(head, room, late, turn), given.turns)
            table.add_row(f"rooms, {rate} Hz", f"{1 / found:.1f}", f"{found / floor:.1f}")
        if given.sofa:
            peer = median(pyroomacoustics(given.sofa, given.order), 3)
            table.add_row("pyroomacoustics, 44100 Hz", f"{1 / peer:.2f}", "")
    Console().print(table)


def median(work: Callable[[int], None], turns: int) -> float:
    """Return the median CPU time of a turn, s, after one to warm up."""
    times = []
    for turn in range(1 + turns):
        start = time.process_time()
        work(turn)
        times.append(time.process_time() - start)
    return float(np.median(times[1:]))


def place(turn: int) -> Listener:
    return Listener((2.0 + 0.01 * turn, 2.0, 1.6), 30.0)


def rooms(head: Head, room: Room, late: Energy, turn: int) -> None:
    samples = round(LENGTH_S * head.rate)
    impulse_response(head, room, place(turn), SOURCE, samples)
    tail(head, late, SOURCE.distance_m, samples, np.random.default_rng(turn))


def transforms(head: Head, images: int) -> Callable[[int], None]:
    size = _size(head)
    blocks = np.ones((64, 2, size // 2 + 1), np.complex64)

    def work(turn: int) -> None:
        for _ in range(images // len(blocks)):
            fft.irfft(blocks, size)

    return work


def pyroomacoustics(sofa: Path, order: int) -> Callable[[int], None]:
    import pyroomacoustics as pra

    def material(name: str) -> pra.Material:
        energy = {"coeffs": MATERIALS[name], "center_freqs": list(OCTAVES_HZ), "description": name}
        return pra.Material(energy_absorption=energy)

    walls = {"west": WALLS.back, "east": WALLS.front, "south": WALLS.right, "north": WALLS.left}
    walls |= {"floor": WALLS.floor, "ceiling": WALLS.ceiling}
    head = pra.MeasuredDirectivityFile(path=str(sofa.resolve()), fs=44100)

    def work(turn: int) -> None:
        listener = place(turn)
        room = pra.ShoeBox(
            SIZE, fs=44100, materials={side: material(name) for side, name in walls.items()}, max_order=order
        )
        turned = pra.Rotation3D([listener.azimuth, 0], "zy", degrees=True)
        for ear in (0, 1):
            room.add_microphone(listener.position_m, directivity=head.get_mic_directivity(ear, turned))
        room.add_source(position(SOURCE, listener))
        room.compute_rir()

    return work


if __name__ == "__main__":
    main()
