"""python -m stages.evaluate SHARDS NETWORK OUT: accuracy per task, background and SNR on the test clips."""

import json

import torch

from pipeline import behavior, tracking
from pipeline.hearing import check_labels, load_network
from pipeline.params import load
from pipeline.shards import Shards
from stages.run import Stage


def main() -> None:
    """Evaluate the network and add the metrics to its MLflow run."""
    with Stage("evaluate", "SHARDS", "NETWORK", "OUT") as stage:
        folder, network, out = stage.paths
        params = load("evaluate", behavior.EvaluateParams)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        hearing, shards = load_network(network, device), Shards.open(folder, "test")
        check_labels(hearing, shards, network)
        clips = behavior.answer(hearing, shards, params.batch_size, device)
        controls = behavior.controls(hearing, shards, params.batch_size, device)
        table = behavior.accuracy(clips, params)
        metrics = behavior.metrics(table, shards.labels, controls, params)
        out.mkdir(parents=True, exist_ok=True)
        (out / "curves").mkdir(exist_ok=True)
        for task, curve in behavior.curves(table).items():
            curve.to_csv(out / "curves" / f"{task}.csv")
        clips.to_csv(out / "clips.csv", index=False)
        table.to_csv(out / "psychometric.csv", index=False)
        (out / "evaluate.json").write_text(json.dumps(metrics, indent=1))
        kept = tracking.log_metrics((network / "run_id").read_text(), {f"test.{n}": v for n, v in tracking.flat(metrics).items()})
        summary = ", ".join(f"{name.replace('_', ' ')} {value:.1%}" for name, value in metrics["summary"].items())
        stage.result(summary + ("" if kept else "; the MLflow store lacks this run: metrics are in metrics/ alone"))


if __name__ == "__main__":
    main()
