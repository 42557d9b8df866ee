"""What a search found, as files.

OUT/trials.csv       a row for each network drawn: what it reached, what it costs, what was drawn
    importances.csv  how much of the variance of the score after the first rung each draw accounts for
    best.yaml        the best network, as a preset
    search.json      how it was searched, and on which shards
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
import yaml
from optuna.trial import FrozenTrial, TrialState, create_trial

from heschl import tables
from heschl.network.notation import write_layer
from heschl.search.columns import (
    ABOUT,
    BEST,
    COMPLETE,
    FAILED,
    IMPORTANCE,
    IMPORTANCES,
    REFUSED,
    STOPPED,
    TRIALS,
    UNFINISHED,
    score,
)
from heschl.search.rungs import Values, front
from heschl.search.states import COST, REASON, reached
from heschl.search.study import Study
from heschl.work import replacing

FEWEST = 8  # trials from which importances are estimated
STATES = {TrialState.COMPLETE: COMPLETE, TrialState.FAIL: FAILED, TrialState.RUNNING: UNFINISHED}


def write(study: Study, shards: str, out: Path) -> list[Path]:
    """Write the tables and the best network; return the paths of the files.

    shards : sha256 of the index of the shards
    """
    out.mkdir(parents=True, exist_ok=True)
    trials, names = study.trials(), study.objectives
    found = pd.DataFrame(importances(trials, study), columns=list(IMPORTANCE))
    files = [
        tables.write_csv(out / TRIALS, pd.DataFrame(rows(trials, names, study))),
        tables.write_csv(out / IMPORTANCES, found),
        tables.write_json(out / ABOUT, about(study, names, shards)),
    ]
    best = best_of(trials)
    (out / BEST).unlink(missing_ok=True)
    if best is not None:
        with replacing(out / BEST, "w") as file:
            file.write(preset(study, best))
        files.append(out / BEST)
    return files


def about(study: Study, names: Sequence[str], shards: str) -> dict[str, Any]:
    """Return how a search was made, for those who read its tables."""
    params = study.params
    known = {name: getattr(params, name) for name in ("seed", "sampler", "keep", "threads")}
    known |= {"objectives": list(names), "epochs": list(params.epochs), "trials": params.trials}
    known["budget"] = {"parameters": params.budget.parameters, "macs": params.budget.macs}
    return known | {"train_seed": study.sections["train"]["seed"], "shards_sha256": shards}


def rows(trials: Sequence[FrozenTrial], scores: Sequence[str], study: Study) -> list[dict[str, Any]]:
    """Return a row for each network drawn, with the same columns for all.

    scores : names of a trial's objectives
    """
    complete = _complete(trials)
    first, epochs = set(front(complete)), study.params.epochs
    found = []
    for trial in trials:
        sections, there = study.drawn(trial), reached(trial)
        cost = trial.user_attrs[COST] or (None, None)
        row = {"trial": trial.number, "state": _state(trial), "reason": trial.user_attrs[REASON]}
        row |= {"front": trial.number in first, "parameters": cost[0], "macs": cost[1]}
        row["epochs"] = epochs[len(there) - 1] if there else 0
        for rung, epoch in enumerate(epochs):
            values = there[rung] if len(there) > rung else (None,) * len(scores)
            row |= {score(name, epoch): value for name, value in zip(scores, values, strict=True)}
        row |= {name: trial.params.get(name) for name in study.names}
        row["branch_after"] = sections["network"]["branch_after"]
        row["layers"] = "; ".join(map(write_layer, sections["network"]["layers"]))
        found.append(row)
    return found


def best_of(trials: Sequence[FrozenTrial]) -> FrozenTrial | None:
    """Return the trial with the highest mean over the objectives, of those that reached the last rung."""
    complete = _complete(trials)
    best = min(complete, key=lambda number: (-sum(complete[number]), number), default=None)
    return None if best is None else trials[best]


def preset(study: Study, trial: FrozenTrial) -> str:
    """Return a trial's network, and the other values that it drew, as the text of a preset."""
    sections = study.drawn(trial)
    network = sections["network"]
    values: dict[str, Any] = {"network": {**network, "layers": list(map(write_layer, network["layers"]))}}
    for name in study.params.space.values:
        *path, key = name.split(".")
        place, source = values, sections
        for part in path:
            place, source = place.setdefault(part, {}), source[part]
        place[key] = source[key]
    scores = ", ".join(f"{value:.1%}" for value in reached(trial)[-1])
    head = (
        f"# The best network of a search: trial {trial.number}, validation {scores} after "
        f"{study.params.epochs[-1]} epochs, from train.seed {sections['train']['seed']}."
    )
    return f"{head}\n{yaml.safe_dump(values, sort_keys=False, width=200)}"


def importances(trials: Sequence[FrozenTrial], study: Study) -> list[tuple[str, float]]:
    """Return the importance of each draw that all trained networks share (fANOVA), the highest first.

    The score is the mean over the objectives after the first rung, which every trained network has.
    Empty if fewer than FEWEST networks were trained, or all scores are equal.
    """
    known = optuna.create_study(direction="maximize")
    for trial in trials:
        if there := reached(trial):
            mean = sum(there[0]) / len(there[0])
            known.add_trial(create_trial(params=trial.params, distributions=trial.distributions, value=mean))
    if len(known.trials) < FEWEST or len({trial.value for trial in known.trials}) == 1:
        return []
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=study.params.seed)
    return list(optuna.importance.get_param_importances(known, evaluator=evaluator).items())


def measures(trials: Sequence[FrozenTrial]) -> Mapping[str, float]:
    """Return the figures of a search for its MLflow run."""
    best, complete = best_of(trials), _complete(trials)
    found = {
        "search.drawn": len(trials),
        "search.complete": len(complete),
        "search.front": len(front(complete)),
    }
    found["search.failed"] = sum(trial.state == TrialState.FAIL for trial in trials)
    return found | ({"search.best": sum(complete[best.number]) / len(complete[best.number])} if best else {})


def _complete(trials: Sequence[FrozenTrial]) -> dict[int, Values]:
    return {t.number: reached(t)[-1] for t in trials if t.state == TrialState.COMPLETE}


def _state(trial: FrozenTrial) -> str:
    if trial.state == TrialState.PRUNED:
        return STOPPED if reached(trial) else REFUSED
    return STATES[trial.state]
