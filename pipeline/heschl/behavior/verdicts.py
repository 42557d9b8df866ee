"""What the numbers of behavior.json allow to say, in words.

metrics : behavior.json; control : one of its controls; found : agreement with a group of listeners in a task
"""

from collections.abc import Mapping
from typing import Any

# rank correlations of the backgrounds -> what stands before their value in a sentence
ORDERS = {"backgrounds_rho": "", "thresholds_rho": "by threshold "}


def control(control: Mapping[str, Any]) -> str:
    """Say what a control with silenced clips shows: a leak, none seen, or nothing."""
    verdict = control["verdict"]
    seen = (
        f"{_percent(control['top1'])} of {control['n']} clips ({100 * control['top1_low']:.0f}-"
        f"{_percent(control['top1_high'])}), chance {_percent(control['chance'])}"
    )
    if verdict == "nothing":
        return "At chance on clean clips too: this control says nothing."
    if verdict == "leak":
        return f"Leak: {seen}; the rest of the clip gives the answer away."
    points = f"{100 * control['hidden']:.0f}"
    return f"No leak seen: {seen}; a leak of up to {points} points could hide in this."


def at_chance(metrics: Mapping[str, Any], task: str) -> bool:
    """Return whether a task's accuracy on clean clips could be chance."""
    return bool(_of(metrics, task).get("at_chance", False))


def chance(metrics: Mapping[str, Any], task: str) -> str:
    """Say that a task is at chance, with its numbers; "" if it is above."""
    if not at_chance(metrics, task):
        return ""
    of = _of(metrics, task)
    return f"at chance on clean clips ({_percent(of['top1'])} of {of['n']}, chance {_percent(of['chance'])})"


def one_source(metrics: Mapping[str, Any], task: str) -> bool:
    """Return whether the test clips of a task come from one speaker or artist."""
    return _of(metrics, task).get("sources") == 1


def order_sign(found: Mapping[str, Any], *by: str) -> int:
    """Return 1 or -1 if the interval of the backgrounds' rank correlation lies above or below 0, else 0.

    by : one of ORDERS, or several, which must agree; by default all that have an interval
    """
    signs = set()
    for name in by or [name for name in ORDERS if not _missing(found.get(f"{name}_low"))]:
        low, high = (found.get(f"{name}_{end}") or 0 for end in ("low", "high"))
        signs.add(int(low > 0) - int(high < 0))
    return signs.pop() if len(signs) == 1 else 0


def order(found: Mapping[str, Any], at_chance: bool) -> str:
    """Say the rank correlations of the backgrounds with their intervals; "" at chance or without value."""
    known = [] if at_chance else [name for name in ORDERS if not _missing(found.get(name))]
    said = ", ".join(f"{ORDERS[name]}{_interval(found, name)}" for name in known)
    return f"rank correlation of the backgrounds {said}" if said else ""


def too_few(found: Mapping[str, Any]) -> str:
    """Say that listeners or trials are too few for a fit; "" if they are enough."""
    if found.get("enough", True):
        return ""
    number, trials = found["participants"], found["trials"]
    listeners = f"{number} listener{'' if number == 1 else 's'}"
    return (
        f"{listeners}, {trials:g} trial{'' if trials == 1 else 's'} per condition: a fit needs "
        f"{found['fewest_listeners']} listeners and {found['fewest_trials']} trials, so only means are shown"
    )


def _of(metrics: Mapping[str, Any], task: str) -> Mapping[str, Any]:
    return metrics.get("at_chance", {}).get(task, {})


def _interval(found: Mapping[str, Any], name: str) -> str:
    value, low, high = (found.get(f"{name}{end}") for end in ("", "_low", "_high"))
    return f"{value:.2f}" + ("" if _missing(low) or _missing(high) else f" ({low:.2f} to {high:.2f})")


def _missing(value: float | None) -> bool:
    return value is None or value != value


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
