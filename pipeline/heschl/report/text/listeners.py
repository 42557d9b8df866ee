"""Sentences that compare the network with listeners."""

from collections.abc import Mapping, Sequence
from typing import Any

from heschl.behavior import verdicts
from heschl.behavior.columns import LOCAL, PUBLISHED
from heschl.report.results import Listeners
from heschl.report.text.words import WHO, absent, decimal, plural, span

SIMILAR_SIZE = 2.0  # largest ratio of the sizes of two vocabularies called similar
ORDERS = {  # sign of the rank correlation, 0 if its interval includes 0
    1: "it ranks the backgrounds in a similar order",
    0: "the order of the backgrounds cannot be told",
    -1: "it ranks the backgrounds in nearly the opposite order",
}
CORRELATED = {  # what is correlated, of listeners/items.csv
    "clip": "clips",
    "clip within conditions": "clips, within conditions",
    "target": "recordings, within conditions",
    "correct": "right or wrong",
    "rank": "rank of the true label",
}
KAPPAS = {"pooled": "all conditions", "within": "within conditions"}


def agreed(listeners: Listeners, tasks: Sequence[str]) -> dict[str, Any] | None:
    """Return group, task and agreement ("found") of local or else published listeners.

    The task is the first one in which r is known; None if it is known in no task.
    """
    for group in (LOCAL, PUBLISHED):
        for task in tasks:
            found = listeners.metrics.get(group, {}).get(task, {})
            if not absent(found.get("r")):
                return {"group": group, "task": task, "found": found}
    return None


def result(listeners: Listeners, tasks: Sequence[str]) -> str:
    """Say how the network's accuracy correlates with that of listeners.

    tasks   : those in which the network is above chance
    returns : "" if nobody listened to them
    """
    if not (compared := agreed(listeners, tasks)):
        return ""
    found = compared["found"]
    return (
        f"Its {compared['task']} accuracy correlates with that of {found['participants']} "
        f"{WHO[compared['group']]} (r\u00a0=\u00a0{decimal(found['r'])} over {found['conditions']} "
        f"conditions){_order(found)}."
    )


def _order(found: Mapping[str, Any]) -> str:
    """Say whether the network ranks the backgrounds as listeners do, as the end of a sentence."""
    said = verdicts.order(found, at_chance=False).replace("-", "\u2212")
    if not said:
        return ""
    return f"; {ORDERS[verdicts.order_sign(found)]} ({said})"


def similar_size(theirs: int, network: int) -> bool:
    """Return whether two vocabularies are of similar size."""
    return theirs / SIMILAR_SIZE <= network <= theirs * SIMILAR_SIZE


def comparable(theirs: int, network: int, task: str) -> str:
    """Say what can be compared between listeners and a network who chose among different labels."""
    said = f"They chose among about {theirs} {plural(task)}, this network among {network}"
    if similar_size(theirs, network):
        return (
            f"{said}: the vocabularies are of similar size, so accuracies, and with them the rmse, are "
            f"comparable as far as different {plural(task)} and recordings allow."
        )
    return (
        f"{said}, so guesses are {'more' if network < theirs else 'less'} often right. Accuracies, and with "
        "them the rmse, are not comparable; the order of the backgrounds and the shape of the curves are. "
        "Relative accuracy, d′ and matched accuracy allow for the vocabularies."
    )


def measures(found: Mapping[str, Any], similar: bool) -> list[dict[str, Any]]:
    """Return the rows of the table of measures that have a value: name, value, low, high, about.

    similar : whether the vocabularies are of similar size, so that accuracies are comparable
    """
    level = "absolute level" if similar else "absolute level: not meaningful, the vocabularies differ"
    rows = (
        ("r", "r", "shape: do accuracies rise and fall together?"),
        ("r, noise-corrected", "r_corrected", "the same, had both been measured without noise"),
        ("rmse", "rmse", level),
        ("relative accuracy, r", "r_relative", "shape, in noise alone"),
        (
            "relative accuracy, rmse",
            "rmse_relative",
            "shape: the fall from quiet to chance",
        ),
        ("d′, r", "r_dprime", "shape, with chance taken out"),
        ("d′, rmse", "rmse_dprime", "level, if all labels are equally easy to confuse"),
        ("matched accuracy, r", "r_matched", "shape, in noise alone, as among the listeners’ labels"),
        (
            "matched accuracy, rmse",
            "rmse_matched",
            "fall from quiet, with d′ in quiet and the number of labels made equal",
        ),
        ("order of backgrounds, ρ", "backgrounds_rho", "order, by mean accuracy"),
        ("order of thresholds, ρ", "thresholds_rho", f"order, by threshold{_outside(found)}"),
        ("reliability: listeners", "listeners_reliability", "the largest r² that the listeners allow"),
        ("reliability: network", "network_reliability", "the same of the test clips"),
    )
    return [
        {"name": name, "about": about} | {end: found.get(f"{key}{end}") for end in ("", "_low", "_high")}
        for name, key, about in rows
        if key in found
    ]


def _outside(found: Mapping[str, Any]) -> str:
    """Say how many thresholds are extrapolated, as the end of a sentence; "" if none are."""
    who = {"listeners": "theirs", "network": "this network’s"}
    counts = {said: found.get(f"thresholds_outside_{side}") or 0 for side, said in who.items()}
    said = " and ".join(f"{number:g} of {side}" for side, number in counts.items() if number)
    return f" ({said} beyond the tested SNRs)" if said else ""


def agreement(found: Mapping[str, Any], at_chance: bool) -> str:
    """Say r, its interval, and the order of the backgrounds.

    found : of a group and task in behavior.json; at_chance : of the network, whose order then means nothing
    """
    said = []
    if not absent(found.get("r")):
        ends = span(found.get("r_low"), found.get("r_high"), decimal)
        said.append(
            f"Over {found['conditions']} conditions, r = {decimal(found['r'])}{f' ({ends})' if ends else ''}"
        )
        said[-1] += f"{'' if at_chance else _order(found)}."
    return " ".join(said)


def kappas(rows: Sequence[tuple]) -> str:
    """List error consistencies; rows : conditions, between whom, kappa, low, high."""
    return "; ".join(f"{between}, {what}: {decimal(value)}" for what, between, value, *_ in rows)
