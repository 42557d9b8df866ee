"""python -m stages.behavior NETWORK LISTENERS OUT: accuracy in noise, thresholds, confusions; people on the same clips."""

from pipeline import tracking
from pipeline.behavior import measure
from pipeline.behavior.measure import BehaviorParams
from pipeline.evaluate import answers
from pipeline.params import load
from pipeline.stage import Stage


def main() -> None:
    """Measure the answers in OUT, beside the listeners' tables, and add the figures to the training's MLflow run."""
    with Stage("behavior", "NETWORK", "LISTENERS", "OUT") as stage:
        network, listeners, out = stage.paths
        params = load("behavior", BehaviorParams)
        clips, control, labels = (
            answers.read(out / answers.CLIPS),
            answers.read(out / answers.SILENCED),
            answers.labels_of(out),
        )
        tables, metrics = measure.measure(clips, control, listeners, labels, params)
        files = measure.write(out, tables, metrics)
        run = (network / "run_id").read_text()
        kept = tracking.log_metrics(run, measure.headlines(metrics)) and tracking.log_artifacts(
            run, "behavior", *files
        )
        summary = ", ".join(
            f"{name.replace('_', ' ')} {value:.1%}" for name, value in metrics["summary"].items()
        )
        stage.result(
            summary + ("" if kept else "; the MLflow store lacks this run: metrics are in metrics/ alone")
        )


if __name__ == "__main__":
    main()
