"""python -m stages.train SHARDS OUT: fit the network; its MLflow run id is saved beside the weights."""

import os
import shutil
import sys

from pipeline import work
from pipeline.audio import Sound
from pipeline.ear.cochleagram import CochleagramParams
from pipeline.machine import load_machine
from pipeline.network.custom import NetworkSection, source
from pipeline.params import ParamsError, load, load_all, plain
from pipeline.shards import read
from pipeline.stage import Stage
from pipeline.train import fit
from pipeline.train.history import accuracies
from pipeline.train.learner import TrainParams

KINDS = {"sound": Sound, "cochleagram": CochleagramParams, "network": NetworkSection, "train": TrainParams}
LAUNCHED = "HESCHL_LAUNCHED"  # says that machine.launch has started this process


def main() -> None:
    """Train, or go on with a training that was stopped."""
    with Stage("train", "SHARDS", "OUT") as stage:
        folder, out = stage.paths
        sections = {name: load(name, kind) for name, kind in KINDS.items()}
        machine = load_machine()
        read.read_index(folder)
        if machine.launch and LAUNCHED not in os.environ:
            os.environ[LAUNCHED] = "1"
            if not shutil.which(machine.launch[0]):
                raise ParamsError(
                    f"machine.launch begins with {machine.launch[0]!r}, which is not a program on the PATH."
                )
            os.execvp(machine.launch[0], [*machine.launch, "-m", "stages.train", *sys.argv[1:]])
        code = work.code() + source(sections["network"])
        progress = work.folder(
            "train", {name: load_all()[name] for name in KINDS}, [folder / read.INDEX], code
        )
        best = fit.fit(
            folder,
            progress,
            progress / "network",
            sections | {"machine": machine},
            load_all() | {"machine": plain(machine)},
        )
        if best is None:
            return
        work.finish(progress / "network", out)
        work.remove(progress)
        stage.result(
            f"epoch {best['epoch']} of {sections['train'].epochs} was best, validation accuracy {accuracies(best)}"
        )


if __name__ == "__main__":
    main()
