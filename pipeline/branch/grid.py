"""The trainings of the experiment, shared by any number of workers.

work/branch/<digest>/claims/<network>-<seed>      locked by the worker that trains it
                     trainings/<network>-<seed>/  its checkpoints, removed when it has ended
                     networks/<network>-<seed>/   the trained network, with the id of its MLflow run
                     transfer/<network>-<seed>.csv what the layers of separate networks give for other tasks
                     answers/<network>-<seed>.csv its answers to the test clips; it has then ended
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.branch.points import PUBLISHED, Point
from pipeline.network.table import INPUT
from pipeline.search.claims import hold

KEPT = ("key", "task", "background", "snr_db", "source", "correct")  # columns of the answers


@dataclass(frozen=True)
class Training:
    """A network of the experiment with a seed."""

    point: Point
    seed: int
    folder: Path  # of the experiment

    @property
    def name(self) -> str:
        """Return its name."""
        return f"{self.point.name}-{self.seed}"

    @property
    def work(self) -> Path:
        """Return the folder of its checkpoints, alone in a folder."""
        return self.folder / "trainings" / self.name / "training"

    @property
    def network(self) -> Path:
        """Return the folder of the trained network."""
        return self.folder / "networks" / self.name

    @property
    def transfer(self) -> Path | None:
        """Return the file of what its layers give for other tasks; None where tasks share layers."""
        separate = (self.point.form, self.point.after, self.point.moved) == (PUBLISHED, INPUT, "")
        return self.folder / "transfer" / f"{self.name}.csv" if separate else None

    @property
    def answers(self) -> Path:
        """Return the file of its answers to the test clips."""
        return self.folder / "answers" / f"{self.name}.csv"


@dataclass(frozen=True)
class Grid:
    """All trainings: every network with the first seed, then with the second, and so on."""

    points: Sequence[Point]
    seeds: Sequence[int]
    folder: Path

    @property
    def trainings(self) -> list[Training]:
        """Return the trainings in order."""
        return [Training(point, seed, self.folder) for seed in self.seeds for point in self.points]

    def over(self) -> bool:
        """Return whether all have ended."""
        return all(training.answers.is_file() for training in self.trainings)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[Training | None]:
        """Yield a training to do, and hold it meanwhile; None if others hold all that are left."""
        claims = self.folder / "claims"
        claims.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            for training in self.trainings:
                if training.answers.is_file() or not hold(stack, claims / training.name):
                    continue
                if not training.answers.is_file():  # another worker may have ended it meanwhile
                    yield training
                    return
            yield None
