"""python -m stages.train SHARDS OUT: fit the network; its MLflow run id is saved beside the weights."""

from pathlib import Path

from pipeline import cochleagram, filters, network, shards, subbands, training, work
from pipeline.audio import Sound
from pipeline.params import load, load_all
from stages.run import Stage

KINDS = {"sound": Sound, "cochleagram": cochleagram.CochleagramParams, "network": network.NetworkParams, "train": training.TrainParams}


def main() -> None:
    """Train, or go on with a training that was killed."""
    with Stage("train", "SHARDS", "OUT") as stage:
        folder, out = stage.paths
        sections = {name: load(name, kind) for name, kind in KINDS.items()}
        shards.read_index(folder)
        params = {name: load_all()[name] for name in KINDS}
        code = [Path(module.__file__) for module in (cochleagram, filters, subbands, network, shards, training)]
        progress = work.folder("train", params, [folder / shards.INDEX], code)
        best = training.fit(folder, progress, progress / "network", sections, load_all())
        if best is None:
            return
        work.finish(progress / "network", out)
        work.clear("train")
        stage.result(f"epoch {best['epoch']} of {sections['train'].epochs} was best, validation accuracy {training.accuracies(best)}")


if __name__ == "__main__":
    main()
