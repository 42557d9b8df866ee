"""heschl runs: list the MLflow runs with their accuracies on the test clips."""

import argparse
from collections.abc import Mapping, Sequence

from pipeline.commands.main import command

LIMIT = 20
PREFIX = "test."  # of the metrics that hold accuracies on the test clips, such as test.word_clean


def main() -> None:
    """Print a line for each run, the one that ended last first."""
    given = _parser().parse_args()
    with command("heschl runs"):
        from pipeline import tracking
        from pipeline.tracking import find

        runs = find.newest(given.limit)
        if not runs:
            print(f"There are no runs in {tracking.address()}. Train a network: dvc repro")
            return
        accuracies = [_accuracies(run.metrics) for run in runs]
        names = sorted({name for each in accuracies for name in each})
        rows = [["id", "name", "status", "ended", *names]]
        for run, each in zip(runs, accuracies, strict=True):
            shares = [f"{each[name]:.1%}" if name in each else "" for name in names]
            rows.append([run.id[:8], run.name, run.status, find.ended(run), *shares])
        print("\n".join(_aligned(rows)))


def _accuracies(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the accuracies on the test clips by task and condition, such as {"word_clean": 0.76}."""
    from pipeline.tasks import TASKS

    starts = tuple(f"{PREFIX}{task}_" for task in TASKS)
    return {name.removeprefix(PREFIX): value for name, value in metrics.items() if name.startswith(starts)}


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows of a table as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl runs",
        description="List the MLflow runs, the one that ended last first, with the proportion of test clips "
        "that the network labels correctly.",
    )
    parser.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help="number of runs to list (default: %(default)s)"
    )
    return parser


if __name__ == "__main__":
    main()
