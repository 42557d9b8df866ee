"""python -m stages.encode CORPUS NETWORK MODELS OUT: which layer predicts which responses of the brain."""

from heschl import tracking
from heschl.activations.modulation import ModulationParams
from heschl.activations.params import ActivationsParams
from heschl.encode import inputs, output
from heschl.encode.measure import measure
from heschl.encode.params import EncodeParams
from heschl.machine import device_of, load_machine
from heschl.params import load
from heschl.stage import Stage


def main() -> None:
    """Compare every model with the responses; write tables to OUT and to the training's MLflow run."""
    with Stage("encode", "CORPUS", "NETWORK", "MODELS", "OUT") as stage:
        corpus, network, models, out = stage.paths
        params = load("encode", EncodeParams)
        activations, modulation = load("activations", ActivationsParams), load("modulation", ModulationParams)
        device = device_of(load_machine())
        given = inputs.read(corpus, network, models, params, activations, modulation, device)
        found = measure(given.models, given.responses, given.categories, params)
        files = output.write(out, found)
        run = (network / "run_id").read_text()
        metrics = output.headlines(found.metrics)
        logged = [tracking.log_metrics(run, metrics), tracking.log_artifacts(run, "encode", *files)]
        note = "" if all(logged) else "; not everything was logged to MLflow (the files are in metrics/)"
        stage.result(output.summary_line(found.metrics) + note)


if __name__ == "__main__":
    main()
