"""The trainings of an experiment, every network with every seed, shared by any number of workers.

FOLDER/claims/<network>-<seed>      locked by the worker that trains it
       trainings/<network>-<seed>/  its checkpoints, removed when it has ended
       networks/<network>-<seed>/   the trained network, with the id of its MLflow run
KEPT/<network>-<seed>.parquet       its answers to the test clips: see `answers`; it has then ended
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from heschl.network.saved import HISTORY
from heschl.search.claims import hold
from heschl.search.cost import Cost


class Named(Protocol):
    """A network to train, with a name for folders and runs."""

    @property
    def name(self) -> str:
        """Return its name."""
        ...

    @property
    def cost(self) -> Cost:
        """Return what it costs."""
        ...


Entry = TypeVar("Entry", bound=Named)


@dataclass(frozen=True)
class Training(Generic[Entry]):
    """A network of the experiment with a seed."""

    entry: Entry
    seed: int
    folder: Path  # of the experiment
    kept: Path  # folder of answers

    @property
    def name(self) -> str:
        """Return its name."""
        return f"{self.entry.name}-{self.seed}"

    @property
    def work(self) -> Path:
        """Return the folder of its checkpoints, alone in a folder."""
        return self.folder / "trainings" / self.name / "training"

    @property
    def network(self) -> Path:
        """Return the folder of the trained network."""
        return self.folder / "networks" / self.name

    def trained(self) -> bool:
        """Return whether its network is complete, so that another can start from it."""
        return self.answers.is_file() and (self.network / HISTORY).is_file()

    @property
    def answers(self) -> Path:
        """Return the file of its answers to the test clips."""
        return self.kept / f"{self.name}.parquet"


@dataclass(frozen=True)
class Grid(Generic[Entry]):
    """All trainings: every network with the first seed, then with the second, and so on.

    Networks of the same name are one network, trained once.

    folder : of the experiment;  kept : of the answers
    starts : network -> the network that its training starts from, with the same seed
    """

    entries: Sequence[Entry]
    seeds: Sequence[int]
    folder: Path
    kept: Path
    starts: Mapping[str, str] = field(default_factory=dict)

    @property
    def trainings(self) -> list[Training[Entry]]:
        """Return the trainings in order."""
        named: dict[str, Entry] = {}
        for entry in self.entries:
            named.setdefault(entry.name, entry)
        return [
            Training(entry, seed, self.folder, self.kept) for seed in self.seeds for entry in named.values()
        ]

    def of(self, entry: Entry) -> list[Training[Entry]]:
        """Return the trainings of a network, one for each seed."""
        return [training for training in self.trainings if training.entry.name == entry.name]

    def start(self, training: Training[Entry]) -> Training[Entry] | None:
        """Return the training whose network a training starts from."""
        name = self.starts.get(training.entry.name)
        same = (each for each in self.trainings if each.seed == training.seed and each.entry.name == name)
        return next(same, None)

    def forget(self, training: Training[Entry]) -> None:
        """Remove the answers of a training that begins, and of those that started from an earlier one."""
        for each in self.trainings:
            if each == training or self.start(each) == training:
                each.answers.unlink(missing_ok=True)

    def left(self) -> list[Training[Entry]]:
        """Return those to do: without answers, and those whose network one of these starts from and lacks."""
        found = [training for training in self.trainings if not training.answers.is_file()]
        first = [start for training in found if (start := self.start(training)) and not start.trained()]
        names = {training.name for training in (*first, *found)}
        return [training for training in self.trainings if training.name in names]

    def over(self) -> bool:
        """Return whether all have ended."""
        return all(training.answers.is_file() for training in self.trainings)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[Training[Entry] | None]:
        """Yield a training to do, and hold it meanwhile; None if all that are left wait for others."""
        claims = self.folder / "claims"
        claims.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            for training in self.left():
                start = self.start(training)
                if (start and not start.trained()) or not hold(stack, claims / training.name):
                    continue
                if training in self.left():  # another worker may have ended it meanwhile
                    yield training
                    return
            yield None
