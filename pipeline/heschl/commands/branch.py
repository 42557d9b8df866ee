"""heschl branch: train the network with its branches splitting after each layer, and compare them."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from heschl.commands.main import command
from heschl.search import workers

if TYPE_CHECKING:
    from heschl.branch.points import Point
    from heschl.grid.worker import Experiment


def main() -> None:
    """Train the networks of the experiment; write its tables."""
    given = parser().parse_args()
    with command("heschl branch"):
        if workers.is_worker():
            _opened(given).work()
        else:
            _branch(given)


def _branch(given: argparse.Namespace) -> None:
    """Work in this process, or wait for workers; write what was found."""
    from heschl.branch import measure, output, pathway
    from heschl.branch.params import BranchParams
    from heschl.grid.complete import completed
    from heschl.params import load
    from heschl.search import parent
    from heschl.search.columns import digest_of

    params, experiment = load("branch", BranchParams), _opened(given)
    again = ["branch", "--shards", str(given.shards), "--out", str(given.out)]
    with completed(experiment, given.workers, again):
        files = output.write(experiment.grid, params, digest_of(given.shards), given.out)
        points, table = measure.best(experiment.grid, params), measure.accuracy(experiment.grid, params)
        parent.close(experiment.grid.folder, output.measures(points), *files)
    print("\n".join([*output.sentences(points), *map(pathway.sentence, pathway.pathways(table))]))
    print(f"Tables: {given.out}")


def _opened(given: argparse.Namespace) -> "Experiment[Point]":
    from heschl.branch.experiment import open_experiment
    from heschl.machine import load_machine
    from heschl.params import load_all

    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", "heschl-branch")
    return open_experiment(load_all(), load_machine(), given.shards, given.out)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl branch",
        description="Train the network of params.yaml with its branches splitting after each layer, with "
        "several seeds, as it is and with equal parameters, and compare the accuracies. After an "
        "interruption, the same command resumes it; several machines with a common folder share the "
        "trainings.",
    )
    workers.add_arguments(made, Path("search/branch"))
    return made


if __name__ == "__main__":
    main()
