"""Train with further seeds, and keep the results of each in a folder of its own."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from pipeline import work
from pipeline.replicate.repeat import METRICS, Pipeline
from pipeline.replicate.results import Results, read

DIGEST = "digest"  # file in the folder of a seed: what its results were made from
IDENTITY = ("weights.pt", "config.json"), ("behavior.json", "decode.json", "encode.json")


def measure(pipeline: Pipeline, seeds: Sequence[int], out: Path) -> dict[int, Results]:
    """Return the results of models/network and of a training with each of the seeds.

    out    : folder of the seeds, out/<seed>/{network,metrics}; a seed whose results are there, made from the
             same params, data and code, is not trained again, and folders of other seeds are removed
    raises : ReplicateError if a stage fails; what is finished is kept
    """
    out.mkdir(parents=True, exist_ok=True)
    inputs = [pipeline.network / name for name in IDENTITY[0]]
    inputs += [pipeline.metrics / name for name in IDENTITY[1]]
    found = {pipeline.params["train"]["seed"]: read(pipeline.metrics)}
    for number, seed in enumerate(seeds, 1):
        here, digest = out / str(seed), pipeline.digest(seed, inputs)
        if not _is_made_from(here, digest):
            Console(highlight=False).print(f"[bold]replicate[/bold] seed {seed} ({number} of {len(seeds)})")
            progress = work.FOLDER / "replicate" / digest[:16]
            pipeline.repeat(seed, progress)
            (progress / DIGEST).write_text(digest)
            work.finish(progress, here)
        found[seed] = read(here / METRICS)
    for other in out.iterdir():
        if other.name not in map(str, seeds):
            shutil.rmtree(other)
    return found


def _is_made_from(here: Path, digest: str) -> bool:
    return (here / DIGEST).is_file() and (here / DIGEST).read_text() == digest
