"""python -m stages.encode CORPUS NETWORK BESIDE OUT: which layer predicts which responses of the brain."""

from itertools import chain

import numpy as np

from pipeline import tracking
from pipeline.activations import models, modulation, sounds
from pipeline.activations.features import LayersParams, time_mean
from pipeline.activations.modulation import ModulationParams
from pipeline.encode import files, responses
from pipeline.encode.measure import headlines, measure
from pipeline.encode.regression import EncodeParams
from pipeline.encode.simulated import simulate
from pipeline.machine import device_of, load_machine
from pipeline.network.hearing import load_network
from pipeline.params import load
from pipeline.stage import Stage


def main() -> None:
    """Compare every model with the responses in encode.folder, or simulated ones; tables go to OUT and the training's MLflow run."""
    with Stage("encode", "CORPUS", "NETWORK", "BESIDE", "OUT") as stage:
        corpus, network, beside, out = stage.paths
        params, layers, bank = (
            load("encode", EncodeParams),
            load("activations", LayersParams),
            load("modulation", ModulationParams),
        )
        device, trained = device_of(load_machine()), load_network(network)
        if params.source == "simulated":
            heard, found = sounds.of_corpus(corpus, params.sounds, params.seed, trained.sound), None
        else:
            found = responses.read(params.source, params.folder)
            heard = found.align(sounds.of_folder(params.folder, trained.sound))
        others = models.found(beside)
        models.check(others, heard)
        every = chain(
            models.networks(network, heard, layers, time_mean(layers), params.seed, device),
            models.filter_bank(heard, modulation.ModulationFilters(bank, trained.sound), layers.batch_size),
            models.beside(others, heard, layers, time_mean(layers), list(trained.labels), device),
        )
        first = next(every)
        found = found or simulate(first.features, heard.names, params.simulated, params.seed)
        categories = heard.labels.get("category", np.full(len(heard), ""))
        tables, matrices, metrics = measure(chain([first], every), found, categories, params)
        written = files.write(out, tables, matrices, metrics)
        run = (network / "run_id").read_text()
        kept = all(
            [tracking.log_metrics(run, headlines(metrics)), tracking.log_artifacts(run, "encode", *written)]
        )
        rows = {region: each[models.NETWORK] for region, each in metrics["best"].items()}
        best = ", ".join(f"{region} {row['layer'] or 'none'} {row['r2']:.2f}" for region, row in rows.items())
        kind = "corrected r2" if metrics["corrected"] else "raw r2"
        simulated = "SIMULATED responses, " if metrics["simulated"] else ""
        note = "" if kept else "; not all of it is in the MLflow store: it is in metrics/"
        stage.result(f"{simulated}best layers and their {kind}: {best}{note}")


if __name__ == "__main__":
    main()
