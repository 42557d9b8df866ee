"""From a trial's draws to the params sections of a network: the table of layers, and other values."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from heschl.params import ParamsError
from heschl.search.params import Numbers, Options, Range, Space

SECTIONS = ("cochleagram", "train")  # whose values may be drawn
SET = {"train.epochs": "search.epochs", "train.loss_weights": "search.tasks"}  # those that are set otherwise
RESPONSE_NORM = {"size": 5, "alpha": 0.001, "beta": 0.75, "k": 1.0}  # as kell2018


class Trial(Protocol):
    """What Optuna's trials draw with."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = ...) -> int:
        """Draw a whole number."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = ...) -> float:
        """Draw a number."""

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """Draw one of several."""


def draw(trial: Trial, space: Space, sections: Mapping[str, Any]) -> dict[str, Any]:
    """Return sections as plain values, with the network and the values that a trial draws.

    sections : all of params.yaml, plain
    """
    found = copy.deepcopy(dict(sections))
    found["network"] = network(trial, space)
    for name, kind in space.values.items():
        place, key = _place(found, name)
        place[key] = value(trial, name, kind)
    return found


def names(space: Space, sections: Mapping[str, Any]) -> list[str]:
    """Return every name that a trial may draw, in order.

    raises : ParamsError naming a value that no section has
    """
    everything = _Everything()
    draw(everything, space, sections)
    return everything.names


def extremes(space: Space, sections: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield sections with each option, and both ends of each range, of every value that may be drawn.

    raises : as `names`
    """
    for name, kind in space.values.items():
        ends = kind.options if isinstance(kind, Options) else [kind.low, kind.high]
        for each in ends:
            found = copy.deepcopy(dict(sections))
            place, key = _place(found, name)
            place[key] = int(each) if isinstance(kind, Numbers) and kind.whole else each
            yield found


class _Everything:
    """A trial with as many layers as there can be."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """Return the highest."""
        self.names.append(name)
        return high

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """Return the lowest."""
        self.names.append(name)
        return low

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """Return the first."""
        self.names.append(name)
        return choices[0]


def _place(sections: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    """Return the mapping and the key of a value's name, such as train.optimizer.weight_decay."""
    if name in SET:
        raise ParamsError(f"search.space.values: {name} cannot be drawn; {SET[name]} sets it.")
    *path, key = name.split(".")
    place: Any = sections if path and path[0] in SECTIONS else None
    for part in path:
        place = place.get(part) if isinstance(place, dict) else None
    if not isinstance(place, dict) or key not in place:
        raise ParamsError(
            f"search.space.values: there is no value {name!r}; expected one of the sections "
            f"{' and '.join(SECTIONS)}, such as train.optimizer.weight_decay."
        )
    return place, key


def value(trial: Trial, name: str, kind: Numbers | Options) -> Any:
    """Draw the value of a key of another section."""
    if isinstance(kind, Options):
        return trial.suggest_categorical(name, kind.options)
    if kind.whole:
        return trial.suggest_int(name, int(kind.low), int(kind.high), log=kind.log)
    return trial.suggest_float(name, kind.low, kind.high, log=kind.log)


def network(trial: Trial, space: Space) -> dict[str, Any]:
    """Draw a table of layers, as section `network` has it, plain."""
    count = trial.suggest_int("blocks", space.blocks.low, space.blocks.high)
    norm = trial.suggest_categorical("normalization", space.normalization)
    pool = trial.suggest_categorical("pooling", space.pooling.kinds)
    layers: list[dict[str, Any]] = [{"kind": "batch_norm", "name": "norm0"}]
    filters, ends = 0.0, ["input"]
    for block in range(1, count + 1):
        filters = _filters(trial, space, block, filters)
        layers += _block(trial, space, block, min(space.filters.most, max(1, round(filters))), pool, norm)
        ends.append(layers[-1]["name"])
    shared = round(count * trial.suggest_float("shared", space.shared.low, space.shared.high))
    dropout = round(trial.suggest_float("dropout", space.dropout.low, space.dropout.high), 2)
    layers += _dense(trial, space, dropout)
    return {"branch_after": ends[shared], "width": 1.0, "layers": layers}


def _filters(trial: Trial, space: Space, block: int, before: float) -> float:
    """Draw the filters of a block, before they are rounded and cut to the most."""
    if block == 1:
        return float(trial.suggest_categorical("filters", space.filters.first))
    growth = trial.suggest_categorical(f"growth{block}", space.filters.growth)
    return min(before * growth, float(space.filters.most))


def _block(
    trial: Trial, space: Space, block: int, filters: int, pool: str, norm: str
) -> list[dict[str, Any]]:
    kernels, pooling = space.kernels, space.pooling
    frequency = _size(trial, f"kernel{block}.frequency", kernels.frequency, log=True)
    time = min(_size(trial, f"kernel{block}.time", kernels.time, log=True), kernels.area // frequency)
    stride = [
        _size(trial, f"pool{block}.frequency", pooling.frequency, log=False),
        _size(trial, f"pool{block}.time", pooling.time, log=False),
    ]
    conv = {"kind": "conv", "name": f"conv{block}", "filters": filters, "kernel": [frequency, max(1, time)]}
    layers: list[dict[str, Any]] = [conv | {"stride": [1, 1], "bias": True}]
    if stride != [1, 1]:
        counted = {"count_padding": False} if pool == "mean_pool" else {}
        layers.append({"kind": pool, "name": f"pool{block}", "kernel": stride, "stride": stride} | counted)
    if norm != "none":
        values = RESPONSE_NORM if norm == "local_response_norm" else {}
        layers.append({"kind": norm, "name": f"norm{block}", **values})
    return layers


def _dense(trial: Trial, space: Space, dropout: float) -> list[dict[str, Any]]:
    """Draw the layers before the readout: dropout, and with some probability a dense layer with its own."""
    layers: list[dict[str, Any]] = [{"kind": "dropout", "name": "drop", "share": dropout}]
    if trial.suggest_float("dense", 0.0, 1.0) < space.dense.probability:
        units = _size(trial, "units", space.dense.units, log=True)
        layers += [
            {"kind": "linear", "name": "dense", "units": units},
            {"kind": "dropout", "name": "drop_dense", "share": dropout},
        ]
    return layers


def _size(trial: Trial, name: str, sizes: Range, log: bool) -> int:
    return trial.suggest_int(name, sizes.low, sizes.high, log=log)
