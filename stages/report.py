"""python -m stages.report PARAMS CORPUS SHARDS NETWORK METRICS OUT: one page that shows the result, to read offline."""

from dataclasses import replace

from pipeline import examples, report, tracking
from pipeline.hearing import load_network
from pipeline.params import load
from pipeline.shards import Shards
from stages.run import Stage


def main() -> None:
    """Write report/index.html and add it, with the figures, to the training's MLflow run."""
    with Stage("report", "PARAMS", "CORPUS", "SHARDS", "NETWORK", "METRICS", "OUT") as stage:
        params_file, corpus, folder, network, metrics, out = stage.paths
        params = load("report", report.ReportParams, params_file)
        page = report.read(metrics, network, corpus, params_file)
        chosen = examples.choose(page.clips, params.examples, params.seed)
        hearing = load_network(network)
        clips = examples.hear(chosen, hearing, Shards.open(folder, "test"))
        page = replace(page, examples=clips, heard=examples.demonstrate(hearing.ear, clips) if clips else {})
        out.mkdir(parents=True, exist_ok=True)
        (out / "index.html").write_text(report.render(page), encoding="utf-8")
        figures = report.save_figures(page, out / "figures")
        kept = tracking.log_artifacts(page.run_id, "report", out / "index.html") and tracking.log_artifacts(
            page.run_id, "figures", *figures
        )
        stage.result(f"{out / 'index.html'}{'' if kept else '; the MLflow store lacks this run: the report is here alone'}")


if __name__ == "__main__":
    main()
