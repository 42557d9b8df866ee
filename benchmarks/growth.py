"""python -m benchmarks.growth: time and memory of the data path as the data set grows.

Makes data sets of 1,000 to 100,000 rows (--rows) of short noises, and prints for each stage the time of a
core for each row more than in the column before, and the peak memory of its process, the only one. The unit
of time is a fixed piece of work of 1 to 2 microseconds, timed about four times a second beside the stage:
the speed of a machine that others share changes from one minute to the next. The memory is sampled every
10 ms; pages of files, which the system takes back when it needs memory, are not counted. Training reads its
clips once, mixed anew; evaluation is that of a network of one layer. Bytes of sound are few, so that what is
left is the cost of a row. For Linux, with two cores or more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
RATE = 2000  # Hz
CLIP_S = 0.25
WORD_S = 0.06
WORDS = 100  # in a recording, of one speaker
SPEAKERS = 10
POLL_S = 0.01
TURNS = 25  # polls for each timing of the fixed piece of work
LOOPS, UNITS = 50, 2000  # of that piece, and what it counts for: about 2 ms
STAGES = {
    "corpus": ["-m", "stages.corpus", "data/corpus"],
    "mixtures": ["-m", "stages.mixtures", "data/corpus", "data/rooms", "data/mixtures"],
    "shards": ["-m", "stages.shards", "data/corpus", "data/rooms", "data/mixtures", "data/shards"],
    "training reads": ["-m", "benchmarks.growth", "--task", "read"],
    "evaluate": ["-m", "benchmarks.growth", "--task", "evaluate"],
}


class Cost(NamedTuple):
    """Of a process: time of a core, and that of a unit of work beside it, in s; peak memory in MB."""

    seconds: float
    unit: float
    megabytes: float

    @property
    def units(self) -> float:
        """Time of the process in units of work."""
        return self.seconds / self.unit


def recordings(folder: Path, rows: int) -> None:
    """Write `rows` words of noise in long recordings, and a little of everything else, with their tables."""
    rng = np.random.default_rng(0)

    def noise(name: str, seconds: float) -> str:
        soundfile.write(folder / name, rng.uniform(-0.3, 0.3, round(seconds * RATE)), RATE, subtype="PCM_16")
        return name

    with open(folder / "words.csv", "w") as table:
        table.write("file,word,speaker,start_s,end_s\n")
        for number in range(-(-rows // WORDS)):
            count = min(WORDS, rows - number * WORDS)
            file = noise(f"words{number}.wav", WORDS * WORD_S)
            for word in range(count):
                start = f"{word * WORD_S:.2f},{(word + 1) * WORD_S:.2f}"
                table.write(f"{file},{'yes' if word % 2 else 'no'},s{number % SPEAKERS},{start}\n")
    tables = {
        "music": ("file,genre,artist,start_s,end_s", [f"g{each % 2},a{each}" for each in range(20)]),
        "scenes": ("file,kind,source,start_s,end_s", [f"k,c{each}" for each in range(20)]),
        "talkers": ("file,speaker,start_s,end_s", [f"t{each}" for each in range(20)]),
    }
    for name, (head, each_row) in tables.items():
        lines = [f"{noise(f'{name}{number}.wav', 2.0)},{row},0,2" for number, row in enumerate(each_row)]
        (folder / f"{name}.csv").write_text("\n".join([head, *lines]) + "\n")


def project(folder: Path, rows: int) -> None:
    """Write recordings and params of a data set of about `rows` training and `rows` test clips."""
    (folder / "recordings").mkdir(parents=True)
    recordings(folder / "recordings", rows)
    values: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())
    draw = {"snr_db": {"low": 0.0, "high": 3.0}, "clean": 0.1, "backgrounds": [], "labels": {}}
    values["sound"] |= {"sample_rate": RATE, "clip_s": CLIP_S}
    values["corpus"] |= {"source": "recordings", "folder": "recordings"}
    values["mixtures"] |= {
        "backgrounds": ["scene"],
        "pieces": {},
        "sequence": None,
        "train": draw | {"clips": {"word": rows, "genre": 8}},
        "validation": draw | {"clips": {"word": 8, "genre": 8}},
        "test": {"targets": {"word": rows // 2, "genre": 4}, "snr_db": [0.0], "labels": {}},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(values))


def cost(command: list[str], folder: Path) -> Cost:
    """Run a Python program in a folder; raise SystemExit with what it printed if it fails."""
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'pipeline'}",
        "HESCHL_WORKERS": "1",
        "OMP_NUM_THREADS": "1",
    }
    with open(folder / "log", "w+") as log:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        kilobytes, timings = 0, [timing()]
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            for _ in range(TURNS):
                kilobytes = max(kilobytes, memory(process.pid))
                time.sleep(POLL_S)
            timings.append(timing())
        _, status, used = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            raise SystemExit(f"{' '.join(command)}: {log.read()[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, float(np.mean(timings)), kilobytes / 1024)


def timing() -> float:
    """Return the seconds of a core that a unit of work takes now."""
    start = time.process_time()
    for _ in range(LOOPS):
        json.loads(json.dumps({str(each): each for each in range(60)}))
        np.square(np.arange(2000.0)).sum()
    return (time.process_time() - start) / UNITS


def memory(process: int) -> int:
    """Return the memory of a process in kB, without pages of files."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)


def read() -> None:
    """Read all training clips once, mixed anew, in the order of an epoch."""
    from heschl.shards.batches import train_batches
    from heschl.shards.read import Shards
    from heschl.shards.remix import Remix

    shards = Shards.open("data/shards", "train")
    remix = Remix(shards, seed=1)
    for numbers in train_batches(len(shards), 64, 1, 0):
        remix.waveforms(numbers, 0)


def evaluate() -> None:
    """Let a small network answer all test clips."""
    from heschl.audio import Sound
    from heschl.ear.params import CochleagramParams
    from heschl.evaluate import answers
    from heschl.evaluate.params import EvaluateParams
    from heschl.evaluate.predict import answer_blocks, silenced_blocks
    from heschl.network.hearing import Hearing, HearingParams
    from heschl.network.table import NetworkParams
    from heschl.params import load_all, parse
    from heschl.shards.read import Shards

    shards, values = Shards.open("data/shards", "test"), load_all()
    ear = values["cochleagram"] | {"low_hz": 100.0, "high_hz": 900.0, "filters": 4, "sample_factor": 1}
    layers = ["conv1 = conv(filters=2, kernel=[3, 3], stride=[3, 3], bias=true)"]
    network = values["network"] | {"layers": layers, "branch_after": "conv1"}
    params = HearingParams(
        parse("sound", values["sound"], Sound),
        parse("cochleagram", ear, CochleagramParams),
        parse("network", network, NetworkParams),
    )
    hearing, settings = Hearing(params, shards.labels), EvaluateParams(batch_size=128, null_answers=False)
    blocks, control = (each(hearing, shards, settings) for each in (answer_blocks, silenced_blocks))
    counts = answers.write(Path("metrics"), blocks, control)
    assert sum(clips for clips, _ in counts.values()) == len(shards)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--task", choices=("read", "evaluate"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        {"read": read, "evaluate": evaluate}[options.task]()
        return
    found: dict[int, dict[str, Cost]] = {}
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            project(folder, rows)
            cost(["-m", "stages.rooms", "heads", "data/rooms"], folder)
            found[rows] = {name: cost(command, folder) for name, command in STAGES.items()}
    with tempfile.TemporaryDirectory() as temporary:
        idle = cost(["-c", "import heschl.shards.read"], Path(temporary))
    title = "units of work for each further row; peak memory, MB"
    table = Table("", *(f"{rows:,} rows" for rows in found), title=title)
    for name in STAGES:
        cells, before = [], None
        for rows, costs in found.items():
            further = 2 * rows if name in ("mixtures", "shards") else rows  # training and test clips
            cost_now = costs[name]
            each = f"{(cost_now.units - before[0]) / (further - before[1]):,.0f}" if before else "-"
            cells.append(f"{each:>8} {cost_now.megabytes:>8,.0f}")
            before = cost_now.units, further
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    units = [1e6 * cost.unit for costs in found.values() for cost in costs.values()]
    console.print(f"A process that does nothing has {idle.megabytes:,.0f} MB.")
    console.print(f"A unit of work took {min(units):.2f} to {max(units):.2f} µs of a core beside the stages.")


if __name__ == "__main__":
    main()
