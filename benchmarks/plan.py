"""python -m benchmarks.plan PRESET...: what a search, and one on branch points, would cost, without data.

Their networks are drawn and counted. A clip in training is forward and backward, three times the
multiplications of the network, at two operations each; the cochleagram and the mixing of clips come on top.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from heschl.branch.params import BranchParams
from heschl.branch.points import points_of
from heschl.network.table import NetworkParams
from heschl.params import load_all, parse
from heschl.presets import find, lay_over
from heschl.search import plan, space
from heschl.search.cost import Judge
from heschl.search.drawn import sections_of
from heschl.search.params import SearchParams
from heschl.search.samplers import new_trial

MOST = 100_000  # networks drawn


def main() -> None:
    given = _parser().parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "params.yaml"
        file.write_text(lay_over("params.yaml", *map(find, given.presets)))
        values = load_all(file)
    params = parse("search", values["search"], SearchParams)
    labels = {task: [""] * int(count) for task, count in (text.split("=") for text in given.classes)}
    judge, names = Judge(labels, params.budget), space.names(params.space, values)
    macs: list[int] = []
    for number in range(MOST):
        trial = new_trial(params, names, number, [], 1)
        cost, wrong = judge.judge(sections_of(trial, params.space, values, judge))
        if cost and not wrong:
            macs.append(cost.macs)
        if len(macs) == params.trials:
            break
    if len(macs) < params.trials:
        raise SystemExit(
            f"Of {MOST} networks drawn, {len(macs)} fit search.budget; {params.trials} are wanted."
        )
    own, reason = judge.judge(values)
    if own is None:
        raise SystemExit(f"The network of params.yaml does not fit: {reason}")
    whole = own.macs * values["train"]["epochs"]
    planned = plan.of_trials(macs, params)
    print(
        f"{len(macs)} networks of {number + 1} drawn fit the budget, at {min(macs) / 1e6:,.0f} to "
        f"{max(macs) / 1e6:,.0f} million multiplications a clip, median {median(macs) / 1e6:,.0f}"
    )
    print(f"network of params.yaml: {own.macs / 1e6:,.0f} million, {own.parameters:,} parameters")
    branch = parse("branch", values["branch"], BranchParams)
    classes = {task: len(names) for task, names in labels.items()}
    network = parse("network", values["network"], NetworkParams)
    points = points_of(network, branch, classes, judge.shape(values))
    costs = {point.name: point.cost.macs for point in points}
    curves = sum(costs.values()) * branch.epochs * len(branch.seeds)
    print(f"search: {plan.said(planned, whole)}")
    print(f"branch: {len(costs)} networks, {len(branch.seeds)} seeds: {plan.said(curves, whole)}")
    for name, each in (("search", planned), ("branch", curves), ("training", whole)):
        operations = each * given.clips * 6
        print(
            f"{name}: {operations:.2g} operations, {operations / given.rate / 3600:,.1f} hours at "
            f"{given.rate:.2g} a second"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan", description=__doc__)
    parser.add_argument("presets", nargs="*", help="laid over params.yaml")
    parser.add_argument("--classes", nargs="+", default=["word=21", "genre=9"], metavar="TASK=N")
    parser.add_argument("--clips", type=int, default=12_000, help="in an epoch")
    parser.add_argument("--rate", type=float, default=1e13, help="operations a second, of all workers")
    return parser


if __name__ == "__main__":
    main()
