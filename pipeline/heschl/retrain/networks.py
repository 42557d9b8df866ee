"""The networks to compare: that of params.yaml, and presets laid over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from heschl import work
from heschl.machine import MachineParams
from heschl.network.hearing import Hearing
from heschl.params import Loader, ParamsError, load_all
from heschl.presets import find, lay_over
from heschl.retrain.columns import OURS
from heschl.search.cost import Cost, cost_of
from heschl.search.training import parsed
from heschl.train.params import check_tasks

BEST = "search/best.yaml"
CHANGED = ("network", "cochleagram", "train")  # sections in which networks may differ
DIGITS = 8  # of the digest in a name


@dataclass(frozen=True)
class Candidate:
    """A network to train.

    title  : params.yaml, or its preset as it is named in section `retrain`
    values : all of params.yaml, plain, with its preset
    cost   : what it costs
    """

    title: str
    values: Mapping[str, Any]
    cost: Cost

    @property
    def name(self) -> str:
        """Return a name for folders and runs, which no network with other values has."""
        return f"{Path(self.title).stem}-{work.digest(self.changed, [])[:DIGITS]}"

    @property
    def changed(self) -> dict[str, Any]:
        """Return the sections in which networks may differ."""
        return {name: self.values[name] for name in CHANGED}


def candidates(
    params: Path, presets: Sequence[str], labels: Mapping[str, Sequence[str]], machine: MachineParams
) -> list[Candidate]:
    """Return the network of `params`, a file, and those of presets laid over it.

    labels : task -> names of its classes
    raises : ParamsError, PresetError naming a preset that does not exist or changes other sections;
             ValueError naming a layer that does not fit
    """
    ours = load_all(params)
    found = [_candidate(OURS, ours, labels, machine)]
    for title in presets:
        if title == BEST and not Path(title).is_file():
            raise ParamsError(f"retrain.networks has {title}, which `heschl search` writes: run it first.")
        values = yaml.load(lay_over(params, find(title)), Loader)
        other = [name for name in values if values[name] != ours.get(name) and name not in CHANGED]
        if other:
            raise ParamsError(
                f"retrain.networks: {title} changes section {other[0]!r}. Networks are compared on the same "
                f"data: a preset may change only {', '.join(CHANGED)}."
            )
        found.append(_candidate(title, values, labels, machine))
        same = next((each.title for each in found[:-1] if each.changed == found[-1].changed), None)
        if same:
            raise ParamsError(f"retrain.networks: {title} is the same network as {same}. Remove it.")
    return found


def _candidate(
    title: str, values: Mapping[str, Any], labels: Mapping[str, Sequence[str]], machine: MachineParams
) -> Candidate:
    sections = parsed(values, machine)
    check_tasks(sections.train, labels)
    shape = Hearing(sections, labels, allocate=False).ear.shape
    return Candidate(
        title, values, cost_of(sections.network, {task: len(names) for task, names in labels.items()}, shape)
    )
