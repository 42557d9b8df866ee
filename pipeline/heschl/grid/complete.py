"""Train all networks of an experiment, in this process or with workers, before its tables are written."""

import contextlib
from collections.abc import Iterator, Sequence

from heschl.grid.trainings import Entry
from heschl.grid.worker import Experiment
from heschl.search import parent, workers
from heschl.search.claims import locked


@contextlib.contextmanager
def completed(experiment: Experiment[Entry], count: int | None, again: Sequence[str]) -> Iterator[None]:
    """Train until all have ended; then hold the experiment for what writes its tables.

    Its MLflow run is closed as KILLED if that does not come to its end.

    count  : of workers; None: one for each GPU or for the cores of a training
    again  : arguments of `heschl` for a worker
    raises : WorkersError if all workers failed
    """
    grid = experiment.grid
    with parent.closing(grid.folder):
        print(experiment.progress(), flush=True)
        count = count or min(workers.number(experiment.threads, experiment.machine), len(grid.left()))
        if count > 1 and not grid.over():
            workers.run(again, count, experiment.threads)
        experiment.work()  # what workers that died have left
        with locked(grid.folder):
            yield
