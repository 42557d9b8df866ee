"""heschl runs: list the MLflow runs with their accuracies on the test clips, or send what a store missed."""

import argparse
import sys
from collections.abc import Mapping, Sequence

from heschl.commands.main import command

LIMIT = 20
PREFIXES = ("accuracy.", "test.")  # of accuracies on the test clips, accuracy.word_clean; earlier runs: test.


def main() -> None:
    """Print a line for each run, the one that ended last first; or send the records that were kept."""
    given = parser().parse_args()
    with command("heschl runs"):
        if given.action == "send":
            _send()
        else:
            _list(given.limit)


def _send() -> None:
    """Send what was kept while the store was away; exit with status 1 if a record stays."""
    from heschl import tracking

    waiting = tracking.waiting()
    if not waiting:
        print("Nothing is waiting to be sent: the store has every record.")
    left = [run_id for run_id in waiting if not _sent(run_id)]
    if left:
        sys.exit(f"heschl runs send: {len(left)} of {len(waiting)} runs stay in work/runs.")


def _sent(run_id: str) -> bool:
    from heschl import tracking

    try:
        if tracking.send(run_id):
            print(f"{run_id}: sent to {tracking.address()}")
            return True
        reason = (
            "it has no such run. Set MLFLOW_TRACKING_URI to the store of the training, or remove its folder"
        )
    except Exception as error:  # stores raise all kinds of errors
        reason = tracking.reason(error)
    print(f"{run_id}: not sent to {tracking.address()}: {reason}", file=sys.stderr)
    return False


def _list(most: int) -> None:
    from heschl import tracking
    from heschl.tracking import find

    if waiting := len(tracking.waiting()):
        print(f"{waiting} runs have records that were not sent: heschl runs send", file=sys.stderr)
    runs = find.newest(most)
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
    from heschl.tasks import TASKS

    starts = tuple(f"{prefix}{task}_" for prefix in PREFIXES for task in TASKS)
    return {name.split(".", 1)[1]: value for name, value in metrics.items() if name.startswith(starts)}


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows of a table as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl runs",
        description="List the MLflow runs, the one that ended last first, with the proportion of test clips "
        "that the network labels correctly.",
    )
    made.add_argument(
        "action", nargs="?", choices=["send"],
        help="send what was kept in work/runs while the store was away, and list nothing",
    )  # fmt: skip
    made.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help="number of runs to list (default: %(default)s)"
    )
    return made


if __name__ == "__main__":
    main()
