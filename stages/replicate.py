"""python -m stages.replicate DVC NETWORK METRICS MODELS OUT: which results hold for further seeds."""

from heschl.params import load, load_all
from heschl.replicate import output
from heschl.replicate.measure import measure
from heschl.replicate.params import ReplicateParams, check_seeds
from heschl.replicate.repeat import Pipeline
from heschl.stage import Stage


def main() -> None:
    """Train with each seed into MODELS, and write the tables of all trainings to OUT."""
    with Stage("replicate", "DVC", "NETWORK", "METRICS", "MODELS", "OUT") as stage:
        file, network, metrics, models, out = stage.paths
        params, values = load("replicate", ReplicateParams), load_all()
        check_seeds(params.seeds, values["train"]["seed"])
        trainings = measure(Pipeline.read(file, values, network, metrics), params.seeds, models)
        tables = output.collect(trainings)
        found = output.ranges(tables)
        output.write(out, tables, found)
        stage.result(output.summary_line(found))


if __name__ == "__main__":
    main()
