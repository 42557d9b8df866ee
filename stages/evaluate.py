"""python -m stages.evaluate SHARDS NETWORK OUT: what the network answers to every test clip."""

from pipeline import tracking
from pipeline.evaluate import answers
from pipeline.evaluate.predict import EvaluateParams, answer, silenced
from pipeline.machine import device_of, load_machine
from pipeline.network.hearing import check_labels, load_network
from pipeline.params import load
from pipeline.shards.read import Shards
from pipeline.stage import Stage


def main() -> None:
    """Have the network answer the test clips, and the control; the tables go to its MLflow run too."""
    with Stage("evaluate", "SHARDS", "NETWORK", "OUT") as stage:
        folder, network, out = stage.paths
        params = load("evaluate", EvaluateParams)
        device = device_of(load_machine())
        hearing, shards = load_network(network, device), Shards.open(folder, "test")
        check_labels(hearing, shards, network)
        found = answer(hearing, shards, params, device)
        control = silenced(hearing, shards, "word", params, device) if "word" in hearing.labels else None
        answers.write(out, found, control)
        tracking.log_artifacts((network / "run_id").read_text(), tracking.ANSWERS, out / answers.CLIPS)
        right = ", ".join(
            f"{task} {share:.1%}" for task, share in found.clips.groupby("task")["correct"].mean().items()
        )
        stage.result(f"{len(found.clips)} test clips, named correctly over all backgrounds and SNRs: {right}")


if __name__ == "__main__":
    main()
