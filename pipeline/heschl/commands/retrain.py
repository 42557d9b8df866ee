"""heschl retrain: train networks in full beside that of params.yaml, with several seeds, and compare them."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from heschl.commands.main import command
from heschl.search import workers

if TYPE_CHECKING:
    from heschl.grid.worker import Experiment
    from heschl.retrain.networks import Candidate


def main() -> None:
    """Train the networks; write the comparison."""
    given = parser().parse_args()
    with command("heschl retrain"):
        if workers.is_worker():
            _opened(given).work()
        else:
            _retrain(given)


def _retrain(given: argparse.Namespace) -> None:
    """Work in this process, or wait for workers; write what was found."""
    from heschl.grid.complete import completed
    from heschl.params import load
    from heschl.retrain import output
    from heschl.retrain.params import RetrainParams
    from heschl.search import parent
    from heschl.search.columns import digest_of

    params, experiment = load("retrain", RetrainParams), _opened(given)
    again = ["retrain", "--shards", str(given.shards)]
    with completed(experiment, given.workers, again):
        table = output.accuracy(experiment.grid, params)
        files = output.write(table, experiment.grid, params, digest_of(given.shards), given.out)
        parent.close(experiment.grid.folder, output.measures(table), *files)
    print("\n".join(output.sentences(table)))
    print(f"Tables: {given.out}")


def _opened(given: argparse.Namespace) -> "Experiment[Candidate]":
    from heschl.machine import load_machine
    from heschl.params import load_all
    from heschl.retrain.experiment import open_experiment

    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", "heschl-retrain")
    return open_experiment(load_all(), load_machine(), given.shards)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl retrain",
        description="Train the networks of presets in full, such as the best of a search, beside the network "
        "of params.yaml, with several seeds, and compare their accuracies. After an interruption, the same "
        "command resumes it; several machines with a common folder share the trainings.",
    )
    workers.add_arguments(made, Path("search/retrain"))
    return made


if __name__ == "__main__":
    main()
