"""python -m stages.train SHARDS OUT: fit the network; its MLflow run id is saved beside the weights."""

from heschl import work
from heschl.audio import Sound
from heschl.ear.params import CochleagramParams
from heschl.machine import load_machine
from heschl.network.custom import NetworkSection, source_files
from heschl.params import load, load_all, plain
from heschl.shards.index import INDEX, read_index
from heschl.stage import Stage
from heschl.train import finished
from heschl.train.fit import fit
from heschl.train.history import scores
from heschl.train.launch import launch
from heschl.train.params import Sections, TrainParams

SECTIONS = {"sound": Sound, "cochleagram": CochleagramParams, "network": NetworkSection, "train": TrainParams}


def main() -> None:
    """Train, or resume a training that was interrupted."""
    with Stage("train", "SHARDS", "OUT") as stage:
        shards, out = stage.paths
        values, machine = load_all(), load_machine()
        sections = Sections(**{name: load(name, kind) for name, kind in SECTIONS.items()}, machine=machine)
        read_index(shards)
        code = work.code() + source_files(sections.network)
        progress = work.folder("train", {name: values[name] for name in SECTIONS}, [shards / INDEX], code)
        if finished.take(progress, out):
            return stage.result("was finished before; its network is in place again")
        launch(machine.launch, "stages.train")
        best = fit(shards, progress, progress / "network", sections, values | {"machine": plain(machine)})
        if best is not None:
            finished.keep(progress, out)
            epochs = f"epoch {best['epoch']} of {sections.train.epochs}"
            stage.result(f"{epochs} was best, validation accuracy {scores(best)}")


if __name__ == "__main__":
    main()
