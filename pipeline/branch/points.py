"""The networks of the experiment: a branch point each, as published and with equal parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.network.table import INPUT, NetworkParams
from pipeline.params import ParamsError
from pipeline.search.cost import Cost, cost_of, parameters_of

PUBLISHED, MATCHED = "published", "matched"  # forms: the same table; its width set for equal parameters
STEPS = 60  # of the search for a width


@dataclass(frozen=True)
class Point:
    """A network of the experiment.

    form   : PUBLISHED or MATCHED
    after  : its last shared layer, or input
    shared : number of shared layers
    params : its table
    cost   : what it costs
    """

    form: str
    after: str
    shared: int
    params: NetworkParams
    cost: Cost

    @property
    def name(self) -> str:
        """Return its name, for a folder and a run: matched-norm2."""
        return f"{self.form}-{self.after}"


def points_of(
    params: NetworkParams,
    chosen: Sequence[str],
    tolerance: float,
    classes: Mapping[str, int],
    shape: tuple[int, int],
) -> list[Point]:
    """Return the networks to train: each branch point in both forms, the least shared first.

    params    : section `network`; its own branch point and width give the parameters of the matched form
    chosen    : branch points; empty: input and every layer
    tolerance : largest difference of parameters, as a share
    raises    : ParamsError naming a branch point that is no layer, or that no width makes as large
    """
    names = [INPUT, *(layer.name for layer in params.layers)]
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise ParamsError(f"branch.points has {unknown[0]!r}; expected {', '.join(names)}.")
    wanted = [name for name in names if name in chosen or not chosen]
    whole = parameters_of(params, classes, shape)
    found = []
    for after in wanted:
        table, shared = replace(params, branch_after=after), names.index(after)
        found.append(Point(PUBLISHED, after, shared, table, cost_of(table, classes, shape)))
        width = _width(table, whole, tolerance, classes, shape)
        table = replace(table, width=width)
        found.append(Point(MATCHED, after, shared, table, cost_of(table, classes, shape)))
    return found


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
