"""heschl retrain: train networks in full beside that of params.yaml, with several seeds, and compare them."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.main import command
from pipeline.search import workers

if TYPE_CHECKING:
    from pipeline.grid.worker import Experiment
    from pipeline.retrain.networks import Candidate


def main() -> None:
    """Train the networks; write the comparison."""
    given = _parser().parse_args()
    with command("heschl retrain"):
        if workers.is_worker():
            _opened(given).work()
        else:
            _retrain(given)


def _retrain(given: argparse.Namespace) -> None:
    """Work in this process, or wait for workers; write what was found."""
    from pipeline.grid.complete import completed
    from pipeline.params import load
    from pipeline.retrain import output
    from pipeline.retrain.params import RetrainParams
    from pipeline.search import parent
    from pipeline.search.columns import digest_of

    params, experiment = load("retrain", RetrainParams), _opened(given)
    again = ["retrain", "--shards", str(given.shards)]
    with completed(experiment, given.workers, again):
        table = output.accuracy(experiment.grid, params)
        files = output.write(table, experiment.grid, params, digest_of(given.shards), given.out)
        parent.close(experiment.grid.folder, output.measures(table), *files)
    print("\n".join(output.sentences(table)))
    print(f"Tables: {given.out}")


def _opened(given: argparse.Namespace) -> "Experiment[Candidate]":
    from pipeline.machine import load_machine
    from pipeline.params import load_all
    from pipeline.retrain.experiment import open_experiment

    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", "heschl-retrain")
    return open_experiment(load_all(), load_machine(), given.shards)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl retrain",
        description="Train the networks of presets in full, such as the best of a search, beside the network "
        "of params.yaml, with several seeds, and compare their accuracies. After an interruption, the same "
        "command resumes it; several machines with a common folder share the trainings.",
    )
    workers.add_arguments(parser, Path("search/retrain"))
    return parser


if __name__ == "__main__":
    main()
