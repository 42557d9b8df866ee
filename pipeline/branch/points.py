"""The networks of the experiment: a branch point each, as published and with equal parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.network.table import INPUT, BatchNorm, Conv, Linear, NetworkParams
from pipeline.params import ParamsError
from pipeline.search.cost import Cost, cost_of, parameters_of

PUBLISHED, MATCHED = "published", "matched"  # forms: the same table; its width set for equal parameters
STEPS = 60  # of the search for a width


@dataclass(frozen=True)
class Point:
    """A network of the experiment.

    form   : PUBLISHED or MATCHED
    moved  : the task whose branch point varies while the others keep theirs; empty: all tasks part together
    after  : the last layer that it shares, or input
    shared : number of layers that it shares
    params : its table
    cost   : what it costs
    alike  : whether the published form is the same network, since it has as many parameters already
    """

    form: str
    moved: str
    after: str
    shared: int
    params: NetworkParams
    cost: Cost
    alike: bool = False

    @property
    def name(self) -> str:
        """Return its name, for a folder and a run: matched-norm2, matched-genre-norm2."""
        form = PUBLISHED if self.alike else self.form
        return "-".join(part for part in (form, self.moved, self.after) if part)

    @property
    def curve(self) -> tuple[str, str]:
        """Return what the curve has in common that it is a point of."""
        return self.form, self.moved


def points_of(
    params: NetworkParams,
    points: Sequence[str],
    tolerance: float,
    classes: Mapping[str, int],
    shape: tuple[int, int],
) -> list[Point]:
    """Return the networks to train: each branch point in both forms, the least shared first.

    With more than two tasks, also those where one task alone parts before the others.

    params    : section `network`; its own branch point and width give the parameters of the matched form
    points    : as of `chosen`
    tolerance : largest difference of parameters, as a share
    raises    : ParamsError naming a branch point that is no layer, or that no width makes as large
    """
    names, wanted = _names(params), chosen(params, points)
    whole = parameters_of(params, classes, shape)
    tables = [("", name, replace(params, branch_after=name)) for name in wanted]
    tables += _alone(params, wanted, names, list(classes))
    found = []
    for moved, after, table in tables:
        matched = replace(table, width=_width(table, whole, tolerance, classes, shape))
        for form, each in ((PUBLISHED, table), (MATCHED, matched)):
            cost, alike = cost_of(each, classes, shape), each == table
            found.append(Point(form, moved, after, names.index(after), each, cost, alike))
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
    params: NetworkParams, wanted: Sequence[str], names: Sequence[str], tasks: Sequence[str]
) -> list[tuple[str, str, NetworkParams]]:
    """Return (task, its branch point, table): of three tasks or more, one parts before the others."""
    common = params.branch_after
    if len(tasks) < 3 or not isinstance(common, str):
        return []
    return [
        (task, name, replace(params, branch_after=dict.fromkeys(tasks, common) | {task: name}))
        for task in tasks
        for name in wanted
        if names.index(name) <= names.index(common)
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
