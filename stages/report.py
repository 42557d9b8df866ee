"""python -m stages.report PARAMS CORPUS SHARDS NETWORK METRICS OUT: one page that shows the result, to read offline."""

from dataclasses import replace

from pipeline import tracking
from pipeline.network.hearing import load_network
from pipeline.params import load
from pipeline.report import examples, figures, inputs, page
from pipeline.report.runs import compared
from pipeline.shards.read import Shards
from pipeline.stage import Stage


def main() -> None:
    """Write report/index.html and add it, with the figures, to the training's MLflow run."""
    with Stage("report", "PARAMS", "CORPUS", "SHARDS", "NETWORK", "METRICS", "OUT") as stage:
        params_file, corpus, folder, network, metrics, out = stage.paths
        params = load("report", inputs.ReportParams, params_file)
        report = inputs.read(metrics, network, corpus, params_file)
        hearing, shards = load_network(network), Shards.open(folder, "test")
        clips = examples.hear(examples.choose(report.clips, params.examples, params.seed), hearing, shards)
        hard = examples.hear_hardest(
            examples.choose_hardest(report.hardest, params.hardest), report.clips, hearing, shards
        )
        every = [*clips, *(each.example for each in hard)]
        heard = examples.demonstrate(hearing.ear, every) if every else {}
        runs = compared(report.run_id, params.runs, report.evaluated["summary"])
        report = replace(report, examples=clips, hard=hard, heard=heard, runs=runs)
        drawn = figures.drawn(report)
        text = page.render(report, drawn)
        out.mkdir(parents=True, exist_ok=True)
        (out / "index.html").write_text(text, encoding="utf-8")
        pictures = page.save_figures(drawn, out / "figures")
        kept = tracking.log_artifacts(report.run_id, "report", out / "index.html") and tracking.log_artifacts(
            report.run_id, "figures", *pictures
        )
        size = f"{out / 'index.html'}, {len(text.encode()) / 1e6:.1f} MB"
        stage.result(f"{size}{'' if kept else '; the MLflow store lacks this run: the report is here alone'}")


if __name__ == "__main__":
    main()
