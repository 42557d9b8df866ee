"""Trainings shared by workers, some of which are killed."""

import contextlib
import multiprocessing
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

from heschl.grid.trainings import Grid

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.grid.test_trainings"])


@dataclass(frozen=True)
class Entry:
    name: str


ENTRIES, SEEDS = [Entry("one"), Entry("two"), Entry("three"), Entry("four")], [1, 2, 3, 4, 5]


def fake(folder, wait):
    """Work on a grid of trainings that take no time; every training leaves a line with its name."""
    grid = Grid(ENTRIES, SEEDS, Path(folder), Path(folder) / "answers")
    while not grid.over():
        with grid.claimed() as training:
            if training is None:
                time.sleep(0.01)
                continue
            time.sleep(wait)
            training.answers.parent.mkdir(parents=True, exist_ok=True)
            with open(Path(folder) / "done", "a") as file:
                file.write(f"{training.name}\n")
            training.answers.write_text(training.name)


def test_workers_share_the_trainings_and_take_over_what_killed_ones_left(tmp_path):
    draw, processes = random.Random(2), []
    for _ in range(8):
        process = FORKS.Process(target=fake, args=(str(tmp_path), 0.02))
        process.start()
        processes.append(process)
        time.sleep(draw.uniform(0.0, 0.1))
        if len(processes) < 6:
            draw.choice(processes).kill()
    for process in processes:
        process.join()
    grid = Grid(ENTRIES, SEEDS, tmp_path, tmp_path / "answers")
    assert grid.over()
    assert {path.stem for path in (tmp_path / "answers").iterdir()} == {each.name for each in grid.trainings}


def test_no_training_is_done_twice(tmp_path):
    processes = [FORKS.Process(target=fake, args=(str(tmp_path), 0.005)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    done = (tmp_path / "done").read_text().split()
    assert len(done) == len(set(done)) == len(ENTRIES) * len(SEEDS)


def test_a_training_is_held_by_one_worker(tmp_path):
    grid = Grid(ENTRIES, SEEDS, tmp_path, tmp_path / "answers")
    with contextlib.ExitStack() as stack:
        names = [stack.enter_context(grid.claimed()).name for _ in grid.trainings]
        assert len(set(names)) == len(grid.trainings)
        assert stack.enter_context(grid.claimed()) is None
    with replace(grid).claimed() as training:
        assert training.name == names[0]
