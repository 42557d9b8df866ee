"""python -m stages.report PARAMS CORPUS SHARDS NETWORK METRICS SEARCH OUT: one page that shows the result."""

from dataclasses import replace

from heschl import tracking
from heschl.machine import device_of, load_machine
from heschl.network.saved import load_network
from heschl.params import load
from heschl.report import choice, examples, files, inputs, page, summary
from heschl.report.runs import compared
from heschl.report.sections.headline import sentence
from heschl.shards.read import Shards
from heschl.stage import Stage


def main() -> None:
    """Write OUT/index.html and OUT/figures, and add them to the training's MLflow run."""
    with Stage("report", "PARAMS", "CORPUS", "SHARDS", "NETWORK", "METRICS", "SEARCH", "OUT") as stage:
        params_file, corpus, folder, network, metrics, search, out = stage.paths
        params = load("report", inputs.ReportParams, params_file)
        read = inputs.read(metrics, network, corpus, params_file, search, folder)
        clips, run_id = read.behavior.clips, read.network.run_id
        device, test = device_of(load_machine()), Shards.open(folder, "test")
        chosen = choice.choose(clips, params.examples, params.seed)
        hardest = choice.choose_hardest(read.behavior.hardest, params.hardest)
        heard = examples.collect(chosen, hardest, clips, load_network(network, device, True), test, device)
        runs = compared(run_id, params.runs, read.behavior.metrics["summary"])
        read = replace(read, examples=heard, runs=runs, origin=tracking.origin_of(run_id))
        summary.write(metrics, read)
        html = page.render(read, shown := page.contents(read))
        pictures = files.write(out, html, page.figures(shown))
        tracking.describe(run_id, sentence(read.network.labels, read.behavior.metrics, read.listeners))
        logged = tracking.log_artifacts(run_id, "report", out / files.PAGE)
        logged = logged and tracking.log_artifacts(run_id, "figures", *pictures)
        note = "" if logged else "; the MLflow store lacks this run, so the report is only here"
        stage.result(f"{out / 'index.html'}, {len(html.encode()) / 1e6:.1f} MB{note}")


if __name__ == "__main__":
    main()
