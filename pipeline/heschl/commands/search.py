"""heschl search: draw networks, train them, and write what was found."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from heschl.commands.main import command
from heschl.search import workers

if TYPE_CHECKING:
    from heschl.search.worker import Search


def main() -> None:
    """Train the trials of a search until all have ended; write its tables."""
    given = parser().parse_args()
    with command("heschl search"):
        if workers.is_worker():
            with _opened(given) as search:
                search.work()
        else:
            _search(given)


def _search(given: argparse.Namespace) -> None:
    """Work in this process, or wait for workers; write what was found."""
    from heschl.search import parent, results
    from heschl.search.claims import locked
    from heschl.search.columns import digest_of

    with _opened(given) as search, parent.closing(search.study.folder):
        print(search.progress(), flush=True)
        count = given.workers or _number(search)
        if count > 1 and not search.study.over():
            storage = ["--storage", given.storage] if given.storage else []
            again = ["search", "--shards", str(given.shards), *storage]
            workers.run(again, count, search.study.params.threads)
        search.work()  # what workers that died have left
        with locked(search.study.folder):
            files = results.write(search.study, digest_of(given.shards), given.out)
            parent.close(search.study.folder, results.measures(search.study.trials()), *files)
        print(_summary(search, given.out))


def _opened(given: argparse.Namespace) -> "Search":
    from heschl.machine import load_machine
    from heschl.params import load_all
    from heschl.search.worker import open_search

    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", "heschl-search")
    return open_search(load_all(), load_machine(), given.shards, given.storage)


def _number(search: "Search") -> int:
    """Return how many workers to run by default; one where the result depends on who finishes first."""
    params = search.study.params
    many = workers.number(params.threads, search.machine)
    return 1 if params.sampler == "tpe" else min(many, params.trials)


def _summary(search: "Search", out: Path) -> str:
    from heschl.search import results
    from heschl.search.columns import BEST

    trials = search.study.trials()
    best, found = results.best_of(trials), results.measures(trials)
    drawn = f"{found['search.drawn']} networks drawn, {found['search.complete']} trained to the end"
    if best is None:
        return f"{drawn}.\nTables: {out}"
    values = ", ".join(f"{value:.1%}" for value in best.user_attrs["reached"][-1])
    return (
        f"{drawn}; the best is trial {best.number}, {values}.\n"
        f"Tables: {out}. Take the best: heschl preset {out / BEST}"
    )


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl search",
        description="Draw networks from search.space in params.yaml, train each for a short time, the best "
        "for longer, and write a table of all, the best as a preset, and what mattered. After an "
        "interruption, the same command resumes it. Several machines with a common folder, such as the tasks "
        "of a SLURM array, share the trials.",
    )
    workers.add_arguments(made, Path("search"))
    made.add_argument(
        "--storage", metavar="URL",
        help="database for Optuna, such as postgresql+psycopg://HOST/NAME; default: a journal in work/search",
    )  # fmt: skip
    return made


if __name__ == "__main__":
    main()
