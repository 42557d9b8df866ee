"""Train with further seeds, and keep the results of each in a folder of its own."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from heschl import work
from heschl.replicate.repeat import METRICS, Pipeline
from heschl.replicate.results import Results, read


def measure(pipeline: Pipeline, seeds: Sequence[int], out: Path) -> dict[int, Results]:
    """Return the results of models/network and of a training with each of the seeds.

    What a seed gave stays in work/replicate/<digest of its training>, so that a longer list of seeds trains
    only the new ones, and a change after the training trains none.

    out    : folder of the seeds, out/<seed>/{network,metrics}, replaced when all are finished
    raises : ReplicateError if a stage fails; what is finished is kept
    """
    top, found = work.FOLDER / "replicate", {pipeline.params["train"]["seed"]: read(pipeline.metrics)}
    folders = {seed: pipeline.folder(seed) for seed in seeds}
    for number, (seed, folder) in enumerate(folders.items(), 1):
        Console(highlight=False).print(f"[bold]replicate[/bold] seed {seed} ({number} of {len(seeds)})")
        pipeline.repeat(seed, folder)
        found[seed] = read(folder / METRICS)
    _place(folders, top / "finished", out)
    for other in top.iterdir():
        if other not in folders.values():
            shutil.rmtree(other)
    return found


def _place(folders: dict[int, Path], finished: Path, out: Path) -> None:
    """Copy the folder of each seed to out/<seed>, and list them in out/seeds; replace `out` as a whole."""
    if finished.exists():
        shutil.rmtree(finished)
    finished.mkdir(parents=True)
    (finished / "seeds").write_text("".join(f"{seed}\n" for seed in folders))
    for seed, folder in folders.items():
        shutil.copytree(folder, finished / str(seed))
    work.finish(finished, out)
