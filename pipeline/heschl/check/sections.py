"""Check that each section of params.yaml has its keys and types, and that sections fit each other."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from heschl.activations.modulation import ModulationFilters, ModulationParams
from heschl.activations.params import ActivationsParams
from heschl.audio import Sound
from heschl.behavior.params import BehaviorParams
from heschl.branch.params import BranchParams
from heschl.branch.points import chosen
from heschl.check.finding import CheckError, Finding, attempt
from heschl.corpus.make import CorpusParams
from heschl.decode.params import DecodeParams
from heschl.ear.params import CochleagramParams
from heschl.encode.params import EncodeParams
from heschl.encode.sources import SIMULATED
from heschl.evaluate.params import EvaluateParams
from heschl.experiment.design import ExperimentParams, check_answers
from heschl.localize import measure as localize
from heschl.localize.params import LocalizeParams
from heschl.machine import MachineParams
from heschl.metamers.params import MetamerParams
from heschl.mixtures.params import MixtureParams
from heschl.network.custom import NetworkSection
from heschl.network.hearing import COCHLEAGRAM, Hearing, HearingParams
from heschl.network.table import NetworkParams
from heschl.params import parse, plain
from heschl.replicate.params import ReplicateParams, check_seeds
from heschl.report.inputs import ReportParams
from heschl.retrain.params import RetrainParams
from heschl.robustness.params import RobustnessParams
from heschl.rooms.params import RoomsParams
from heschl.search import space
from heschl.search.params import SearchParams
from heschl.shards.write import ShardParams
from heschl.tasks import TASKS
from heschl.train.params import TrainParams, check_tasks

KINDS: dict[str, Any] = {
    "tasks": tuple[str, ...],
    "sound": Sound,
    "corpus": CorpusParams,
    "rooms": RoomsParams,
    "mixtures": MixtureParams,
    "shards": ShardParams,
    "cochleagram": CochleagramParams,
    "network": NetworkSection,
    "train": TrainParams,
    "machine": MachineParams,
    "evaluate": EvaluateParams,
    "behavior": BehaviorParams,
    "activations": ActivationsParams,
    "modulation": ModulationParams,
    "decode": DecodeParams,
    "encode": EncodeParams,
    "localize": LocalizeParams,
    "replicate": ReplicateParams,
    "report": ReportParams,
    "experiment": ExperimentParams,
    "search": SearchParams,
    "retrain": RetrainParams,
    "branch": BranchParams,
    "metamers": MetamerParams,
    "robustness": RobustnessParams,
}
Params = Mapping[str, Any]  # section -> its params


def check_sections(values: Mapping[str, Any], path: Path) -> tuple[Params, list[Finding]]:
    """Return the sections that can be read, and the findings: one for all of them, or one for each error.

    values : the params file, as `load_all` returns it
    path   : of the params file, for messages
    """
    params, found = {}, [Finding("error", str(path), _unknown(name)) for name in values if name not in KINDS]
    for name, kind in KINDS.items():
        try:
            params[name] = parse(name, values.get(name), kind, path)
        except ValueError as error:
            found.append(Finding("error", str(path), str(error).removeprefix(f"{path}: ")))
    return params, found or [Finding("ok", str(path), f"{len(params)} sections can be read")]


def check_agreement(params: Params) -> list[Finding]:
    """Return what does not fit between sections; params : all of KINDS."""
    pairs: dict[str, Callable[[Params], str]] = {
        "tasks": _tasks,
        "network": _network,
        "experiment": _experiment,
        "localize": _localize,
        "replicate": _replicate,
        "search": _search,
        "branch": _branch,
    }
    return [attempt(name, lambda check=check: check(params)) for name, check in pairs.items()]


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, KINDS, 1)
    return f"there is no section {name!r}; {f'did you mean {near[0]!r}?' if near else 'remove it.'}"


def _tasks(params: Params) -> str:
    tasks = params["tasks"]
    check_tasks(params["train"], tasks)
    for name, given in _of_tasks(params):
        if set(given) != set(tasks):
            raise CheckError(f"{name} has {sorted(given)}; expected the tasks, {sorted(tasks)}. Correct one.")
    placed = [task for task in tasks if TASKS[task].placed]
    if placed and params["sound"].channels == 1:
        raise CheckError(
            f"tasks has {placed[0]!r}, but sound.channels is 1: a clip comes from nowhere. Set it to 2."
        )
    return ", ".join(tasks)


def _of_tasks(params: Params) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the mappings that have a key for each task, with their names."""
    mixtures = params["mixtures"]
    for split in ("train", "validation"):
        yield f"mixtures.{split}.clips", getattr(mixtures, split).clips
    yield "mixtures.test.targets", mixtures.test.targets


def _network(params: Params) -> str:
    """Build the ear and the network without weights; check the layers that other sections name."""
    sections = HearingParams(**{name: params[name] for name in ("sound", "cochleagram", "network")})
    ModulationFilters(params["modulation"], sections.sound)
    hearing = Hearing(sections, {task: ("a", "b") for task in params["tasks"]}, allocate=False)
    known = [COCHLEAGRAM, *hearing.layers]
    regions = params["encode"].simulated.regions if params["encode"].source == SIMULATED else {}
    named = [(f"encode.simulated.regions.{region}", layer) for region, layer in regions.items() if layer]
    named += [("activations.names", layer) for layer in params["activations"].names or ()]
    named += [("metamers.layers", layer) for layer in params["metamers"].layers]
    for key, layer in named:
        if layer not in known:
            raise CheckError(f"{key} is {layer!r}, which is not a layer; expected one of {', '.join(known)}.")
    return f"{len(hearing.layers)} layers"


def _experiment(params: Params) -> str:
    check_answers(params["experiment"], params["behavior"].answers)
    unknown = sorted(set(params["experiment"].trials) - set(TASKS))
    if unknown:
        raise CheckError(f"experiment.trials has {unknown[0]!r}; expected tasks, {', '.join(TASKS)}.")
    return "its answers are those of behavior"


def _localize(params: Params) -> str:
    return f"{len(localize.chosen(params['localize'].experiments))} experiments"


def _replicate(params: Params) -> str:
    check_seeds(params["replicate"].seeds, params["train"].seed)
    return f"{len(params['replicate'].seeds)} further seeds"


def _search(params: Params) -> str:
    search = params["search"]
    unknown = sorted(set(search.tasks) - set(params["tasks"]))
    if unknown:
        raise CheckError(f"search.tasks has {unknown[0]!r}; expected tasks, {', '.join(params['tasks'])}.")
    names = space.names(search.space, {name: plain(params[name]) for name in space.SECTIONS})
    return f"up to {len(names)} draws for each of {search.trials} networks"


def _branch(params: Params) -> str:
    branch, network = params["branch"], params["network"]
    if not isinstance(network, NetworkParams):
        return "network.module has no branch points: heschl branch needs a table of layers"
    unknown = sorted({*branch.alone, *branch.frozen} - set(params["tasks"]))
    if unknown:
        raise CheckError(
            f"branch.alone or branch.frozen has {unknown[0]!r}; expected tasks, {', '.join(params['tasks'])}."
        )
    wanted = chosen(network, branch.points)
    return f"{len(wanted)} branch points, {len(branch.seeds)} seeds"
