"""python -m stages.decode SHARDS NETWORK MODELS OUT: what each layer represents."""

from heschl import tracking
from heschl.activations.modulation import ModulationParams
from heschl.activations.params import ActivationsParams
from heschl.decode import inputs, output
from heschl.decode.measure import measure
from heschl.decode.params import DecodeParams
from heschl.machine import device_of, load_machine
from heschl.params import load
from heschl.stage import Stage


def main() -> None:
    """Read out every layer of every model; write tables to OUT and to the training's MLflow run."""
    with Stage("decode", "SHARDS", "NETWORK", "MODELS", "OUT") as stage:
        shards, network, models, out = stage.paths
        params = load("decode", DecodeParams)
        activations, modulation = load("activations", ActivationsParams), load("modulation", ModulationParams)
        device = device_of(load_machine())
        given = inputs.read(shards, network, models, params, activations, modulation, device)
        measured = measure(given.models, given.targets, params)
        found = output.collect(measured, given.sounds, given.targets, params)
        files = output.write(out, found)
        run = (network / "run_id").read_text()
        metrics = output.headlines(found.metrics)
        logged = [tracking.log_metrics(run, metrics), tracking.log_artifacts(run, "decode", *files)]
        note = "" if all(logged) else "; not everything was logged to MLflow (the files are in metrics/)"
        stage.result(output.summary_line(found.metrics) + note)


if __name__ == "__main__":
    main()
