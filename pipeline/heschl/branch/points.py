"""The networks of the experiment: a branch point each, as published and with equal parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from heschl.branch.columns import BASE, FROZEN, MATCHED, PUBLISHED
from heschl.branch.params import BranchParams
from heschl.network.branched import parting
from heschl.network.table import INPUT, BatchNorm, Conv, Linear, NetworkParams
from heschl.params import ParamsError
from heschl.search.cost import Cost, branch_cost, cost_of, parameters_of

STEPS = 60  # of the search for a width


@dataclass(frozen=True)
class Point:
    """A network of the experiment.

    form   : PUBLISHED or MATCHED; BASE; FROZEN: the moved task is added to layers that the others share, or,
             followed by the name of one, along the layers of its branch
    moved  : the task whose branch point varies while the others keep theirs; empty: all tasks split together
    after  : the last layer that it shares, or input
    shared : number of layers that it shares
    params : its table
    cost   : what it costs, with the network that it is added to
    kept   : the form under whose name it is trained, if that is another: it is the same network
    tasks  : that it learns; empty: all
    start  : name of the network to whose layers it is added; empty: none
    """

    form: str
    moved: str
    after: str
    shared: int
    params: NetworkParams
    cost: Cost
    kept: str = ""
    tasks: tuple[str, ...] = ()
    start: str = ""

    @property
    def name(self) -> str:
        """Return its name, for a folder and a run: matched-norm2, frozen-word-where-norm4."""
        form = (self.kept or self.form).replace(" ", "-")
        return "-".join(part for part in (form, self.moved, self.after) if part)

    @property
    def branch(self) -> str:
        """Return the task along whose layers it is added, of a frozen one."""
        return self.form.partition(" ")[2]

    @property
    def curve(self) -> tuple[str, str]:
        """Return what the curve has in common that it is a point of."""
        return self.form, self.moved


def points_of(
    params: NetworkParams, wanted: BranchParams, classes: Mapping[str, int], shape: tuple[int, ...]
) -> list[Point]:
    """Return the networks to train: each branch point in both forms, the least shared first.

    With more than two tasks, also those where one task alone splits off before the others, or those of
    `branch.alone` without the others; then, for the tasks of `branch.frozen`, networks that are added to the
    layers of one that has learned the other tasks.

    params : section `network`; its own branch point and width give the parameters of the matched form
    wanted : section `branch`
    raises : ParamsError naming a branch point that is no layer, that no width makes as large, or a task that
             cannot be added
    """
    names, points = _names(params), chosen(params, wanted.points)
    whole = parameters_of(params, classes, shape)
    together = [("", name, replace(params, branch_after=name)) for name in points]
    tables = [] if wanted.alone else together
    for task in wanted.alone or (classes if len(classes) > 2 else ()):
        tables += _alone(params, points, names, list(classes), task)
    found = []
    for moved, after, table in tables:
        matched = replace(table, width=_width(table, whole, wanted.tolerance, classes, shape))
        for form, each in ((PUBLISHED, table), (MATCHED, matched)):
            kept = PUBLISHED if each == table else ""
            cost = cost_of(each, classes, shape)
            found.append(Point(form, moved, after, names.index(after), each, cost, kept))
    for task in wanted.frozen:
        found += _frozen(params, points, names, task, classes, shape)
    return found


def _frozen(
    params: NetworkParams,
    points: Sequence[str],
    names: Sequence[str],
    task: str,
    classes: Mapping[str, int],
    shape: tuple[int, ...],
) -> list[Point]:
    """Return a network of the other tasks, and those in which a task is added after each of its layers."""
    others = {name: count for name, count in classes.items() if name != task}
    if task not in classes or not others:
        raise ParamsError(f"branch.frozen has {task!r}; expected one of {', '.join(classes)}, and others.")
    after = params.branch_after
    own = after if isinstance(after, str) else {name: after[name] for name in others}
    base = replace(params, branch_after=own)
    parts = parting(names[1:], own, others)
    whole = cost_of(base, others, shape)
    first = Point(BASE, task, "", 0, base, whole, tasks=tuple(others))
    found = [first]
    last = min(parts.values())  # layer that all others share
    for name in points:
        shared, table = names.index(name), replace(params, branch_after={task: name})
        added = branch_cost(table, {task: classes[task]}, shape)
        cost = Cost(whole.parameters + added.parameters, whole.macs + added.macs)
        start = first.name if shared else ""
        along = [f"{FROZEN} {other}" for other in others] if shared > last else [FROZEN]
        found += [Point(form, task, name, shared, table, cost, "", (task,), start) for form in along]
    return found


def chosen(params: NetworkParams, points: Sequence[str]) -> list[str]:
    """Return the branch points to compare, in the order of the layers.

    points : section `branch`'s; empty: input and every layer with weights, since sharing a layer without
             weights or not is the same network
    raises : ParamsError naming one that is no layer
    """
    names = _names(params)
    unknown = [name for name in points if name not in names]
    if unknown:
        raise ParamsError(f"branch.points has {unknown[0]!r}; expected {', '.join(names)}.")
    weighted = [
        INPUT,
        *(layer.name for layer in params.layers if isinstance(layer, Conv | BatchNorm | Linear)),
    ]
    return [name for name in names if name in (points or weighted)]


def _names(params: NetworkParams) -> list[str]:
    return [INPUT, *(layer.name for layer in params.layers)]


def _alone(
    params: NetworkParams, wanted: Sequence[str], names: Sequence[str], tasks: Sequence[str], moved: str
) -> list[tuple[str, str, NetworkParams]]:
    """Return (task, its branch point, table): a task splits off after each layer that others share."""
    common = params.branch_after
    own = dict.fromkeys(tasks, common) if isinstance(common, str) else dict(common)
    others = [own[task] for task in tasks if task != moved]
    if moved not in tasks or not others:
        raise ParamsError(f"branch.alone has {moved!r}; expected one of several tasks: {', '.join(tasks)}.")
    last = max(names.index(name) for name in others)
    return [
        (moved, name, replace(params, branch_after=own | {moved: name}))
        for name in wanted
        if names.index(name) <= last
    ]


def _width(
    params: NetworkParams,
    whole: int,
    tolerance: float,
    classes: Mapping[str, int],
    shape: tuple[int, int],
) -> float:
    """Return the width at which a network has nearly `whole` parameters, by bisection."""

    @cache
    def excess(width: float) -> int:
        return parameters_of(replace(params, width=width), classes, shape) - whole

    if excess(params.width) == 0:
        return params.width
    low, high, best = params.width / 16, params.width * 16, params.width
    for _ in range(STEPS):
        middle = (low * high) ** 0.5
        found = excess(middle)
        best = min(best, middle, key=lambda width: abs(excess(width)))
        low, high = (low, middle) if found > 0 else (middle, high)
        if high / low < 1 + 1e-4:
            break
    if abs(excess(best)) > tolerance * whole:
        raise ParamsError(
            f"branch.tolerance is {tolerance:g}: with its branches after {params.branch_after!r} the network "
            f"has {excess(best) + whole:,} parameters at the best width, {best:.4g}, and {whole:,} are "
            "wanted. Raise the tolerance, or take more filters."
        )
    return round(best, 6)
