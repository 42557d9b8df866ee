"""python -m stages.evaluate SHARDS NETWORK OUT: the network's answers to every test clip."""

from heschl import tracking
from heschl.evaluate import answers
from heschl.evaluate.params import EvaluateParams
from heschl.evaluate.predict import answer_blocks, silenced_blocks
from heschl.machine import device_of, load_machine
from heschl.network.saved import check_labels, load_network
from heschl.params import load
from heschl.shards.read import Shards
from heschl.stage import Stage


def main() -> None:
    """Write the answers to the test clips and to the control; add the former to the MLflow run."""
    with Stage("evaluate", "SHARDS", "NETWORK", "OUT") as stage:
        folder, network, out = stage.paths
        params = load("evaluate", EvaluateParams)
        device = device_of(load_machine())
        hearing, shards = load_network(network, device, trust_code=True), Shards.open(folder, "test")
        check_labels(hearing, shards, network)
        blocks, control = (each(hearing, shards, params, device) for each in (answer_blocks, silenced_blocks))
        counts = answers.write(out, blocks, control)
        tracking.log_artifacts((network / "run_id").read_text(), tracking.ANSWERS, out / answers.CLIPS)
        stage.result(answers.summary_line(counts))


if __name__ == "__main__":
    main()
