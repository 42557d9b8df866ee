"""python -m stages.behavior NETWORK LISTENERS OUT: accuracy, confusions, comparison with listeners."""

from heschl import tracking
from heschl.behavior.measure import measure, write
from heschl.behavior.metrics import clean, headlines, summary_line
from heschl.behavior.params import BehaviorParams
from heschl.evaluate import answers
from heschl.params import load
from heschl.stage import Stage


def main() -> None:
    """Measure the answers in OUT, compare them with listeners, and add the metrics to the MLflow run."""
    with Stage("behavior", "NETWORK", "LISTENERS", "OUT") as stage:
        network, listeners, out = stage.paths
        params = load("behavior", BehaviorParams)
        clips, silenced = (answers.read(out / name) for name in (answers.CLIPS, answers.SILENCED))
        tables, metrics = measure(clips, silenced, listeners, answers.labels_of(out), params)
        files = write(out, tables, metrics)
        run = (network / "run_id").read_text()
        logged = tracking.log_metrics(run, headlines(metrics))
        logged = logged and tracking.log_artifacts(run, "behavior", *files)
        tracking.name_by_result(run, clean(metrics))
        note = "" if logged else "; the MLflow store does not have this run: metrics are in metrics/ only"
        stage.result(summary_line(metrics) + note)


if __name__ == "__main__":
    main()
