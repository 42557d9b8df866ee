"""python -m stages.decode SHARDS NETWORK BESIDE OUT: what each layer knows."""

from itertools import chain

from pipeline import tracking
from pipeline.activations import models, sounds
from pipeline.activations.features import LayersParams
from pipeline.activations.modulation import ModulationParams
from pipeline.decode import clips, levels
from pipeline.decode.measure import Whole, headlines, measure, table, write
from pipeline.decode.params import DecodeParams
from pipeline.decode.plan import plan
from pipeline.machine import device_of, load_machine
from pipeline.network.hearing import check_labels, load_network
from pipeline.params import load
from pipeline.shards.read import Shards
from pipeline.stage import Stage


def main() -> None:
    """Read out every layer of every model; tables go to OUT and to the training's MLflow run."""
    with Stage("decode", "SHARDS", "NETWORK", "BESIDE", "OUT") as stage:
        shards, network, beside, out = stage.paths
        params, layers, bank = (
            load("decode", DecodeParams),
            load("activations", LayersParams),
            load("modulation", ModulationParams),
        )
        device, whole = device_of(load_machine()), Whole(params)
        hearing = load_network(network)
        if params.source == "clips":
            opened = Shards.open(shards, "test")
            check_labels(hearing, opened, network)
            heard, others = clips.of_shards(opened, params), clips.beside(beside)
        else:
            heard, others = sounds.of_folder(params.folder, hearing.sound), models.found(beside)
        models.check(others, heard)
        found = plan(heard, levels.of(hearing, heard, bank, params, layers.batch_size), params)
        every = chain(
            models.networks(network, heard, layers, whole, params.seed, device),
            models.beside(others, heard, layers, whole, list(hearing.labels), device),
        )
        tables, metrics = measure(every, found, whole, params)
        files = write(out, tables | {"sounds": table(heard)}, metrics)
        run = (network / "run_id").read_text()
        kept = all(
            [tracking.log_metrics(run, headlines(metrics)), tracking.log_artifacts(run, "decode", *files)]
        )
        best = ", ".join(
            f"{readout} {row['value']:.2f} in {row['layer']}" for readout, row in metrics["best"].items()
        )
        skipped = f"; not read out: {', '.join(found.skipped)}" if found.skipped else ""
        note = "" if kept else "; not all of it is in the MLflow store: it is in metrics/"
        stage.result(f"{len(heard)} {params.source}, best layers: {best}{skipped}{note}")


if __name__ == "__main__":
    main()
