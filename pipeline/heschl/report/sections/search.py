"""What a search for an architecture found, where there is one."""

import pandas as pd

from heschl.report.figures.files import Drawn
from heschl.report.figures.search import against_cost, history, importances
from heschl.report.figures.svg import to_svg
from heschl.report.searches import Search
from heschl.report.section import Content
from heschl.report.text.words import count, percent
from heschl.search.columns import COMPLETE, FAILED, REFUSED, score

LISTED = 8  # of the best networks


def content(found: Search | None) -> Content | None:
    """Return the best networks, the front and the figures; None without a search."""
    if found is None:
        return None
    names, epochs = found.about["objectives"], found.about["epochs"]
    trained = found.trials[found.trials.state != REFUSED]
    ended = trained[trained.state == COMPLETE].rename(
        columns={score(name, epochs[-1]): name for name in names}
    )
    ended = ended.assign(mean=ended[names].mean(axis=1)).sort_values("mean", ascending=False)
    first = _history(trained, names, epochs[0])
    figures = {"search_history": Drawn(history(first), first)}
    alts = {"search_history": "Scores of the networks in the order of the search, and the best so far"}
    if len(ended):
        shown = ended[["trial", "parameters", "macs", "front", *names]]
        figures["search_cost"] = Drawn(against_cost(shown, names), shown)
        alts["search_cost"] = "Scores of the networks trained to the end against their multiplications"
    if len(found.importances):
        figures["search_importances"] = Drawn(importances(found.importances), found.importances)
        alts["search_importances"] = "How much of the variance of scores each choice accounts for"
    drawn = {name: to_svg(each.figure, alts[name], name.replace("_", "")) for name, each in figures.items()}
    context = {
        "about": found.about,
        "names": names,
        "counts": _counts(found.trials),
        "best": [_row(row, names) for _, row in ended.head(LISTED).iterrows()],
        "figures": drawn,
        "current": found.current,
    }
    return Content(context, figures)


def _history(trained: pd.DataFrame, names: list[str], epoch: int) -> pd.DataFrame:
    """Return the score of each trial after the first rung, the mean over objectives, and the best so far."""
    means = trained[[score(name, epoch) for name in names]].mean(axis=1)
    table = pd.DataFrame({"trial": trained.trial, "score": means}).dropna()
    return table.assign(best=table.score.cummax()).reset_index(drop=True)


def _counts(trials: pd.DataFrame) -> dict[str, int]:
    states = trials.state.value_counts()
    refused = int(states.get(REFUSED, 0))
    found = {"drawn": len(trials), "refused": refused, "trained": len(trials) - refused}
    return found | {"complete": int(states.get(COMPLETE, 0)), "failed": int(states.get(FAILED, 0))}


def _row(row: pd.Series, names: list[str]) -> dict[str, object]:
    return {
        "trial": int(row.trial),
        "front": bool(row.front),
        "scores": [percent(row[name]) for name in names],
        "parameters": count(int(row.parameters)),
        "macs": count(int(row.macs)),
        "layers": row.layers.split("; "),
        "branch_after": row.branch_after,
    }
