"""The trials of a search on an Optuna storage, shared by any number of workers.

A trial that is to be trained is RUNNING until it ends: drawn, trained to the first rung, waiting, trained to
the next, and so on. What it reached is in its user attributes, so that any worker can go on with it. A worker
holds the folder of the trial that it trains; the lock ends with the worker, however that ends.

work/search/<digest>/journal.log     Optuna's journal, unless the storage is a database
                     lock            held while trials are drawn, claimed or ended
                     trials/0007/    checkpoints of trial 7, removed when it has ended
                     networks/0007/  its network so far, with the id of its MLflow run
                     claims/0007     locked by the worker that trains it
"""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FixedTrial, FrozenTrial, TrialState, create_trial

from heschl.search import space
from heschl.search.claims import hold, locked
from heschl.search.cost import Judge
from heschl.search.drawn import sections_of
from heschl.search.journal import cut, journal
from heschl.search.params import SearchParams
from heschl.search.rungs import Values
from heschl.search.samplers import new_trial
from heschl.search.schedule import Plan, one_by_one, together
from heschl.search.states import ATTEMPTS, COST, PASSED, REACHED, REASON, reached, state_of, trained

JOURNAL, TRIALS, NETWORKS, CLAIMS = "journal.log", "trials", "networks", "claims"
TRAINING = "training"  # its one folder: what `recorded` finds beside it is of abandoned trainings
ATTEMPTED = 5  # times that a trial ends its worker without progress before it counts as failed
MISSES = 1000  # networks drawn in a row that do not fit, before the search gives up
Ended = Callable[["Study", int, str], None]  # called with the number of a trial and why it ended


class SearchError(RuntimeError):
    """A search that cannot be run; the message says why."""


@dataclass(frozen=True)
class Job:
    """A trial to train from the end of the rung before to the end of `rung`."""

    number: int
    rung: int
    work: Path  # folder of its checkpoints
    network: Path  # folder of its network
    sections: dict[str, Any]  # all of params.yaml, with what the trial drew


class Study:
    """The trials of a search.

    params   : section `search`
    sections : all of params.yaml, plain
    tasks    : that the networks learn
    judge    : tells what a network costs, and whether it is trained
    folder   : of this search
    url      : of a database that is used instead of the journal
    ended    : called after a trial is recorded as ended, and again if a worker was killed meanwhile
    raises   : SearchError if no network fits the budget
    """

    def __init__(
        self,
        params: SearchParams,
        sections: Mapping[str, Any],
        tasks: Sequence[str],
        judge: Judge,
        folder: Path,
        url: str | None = None,
        ended: Ended = lambda study, number, reason: None,
    ):
        self.params, self.sections, self.judge, self.folder = params, sections, judge, folder
        self.ended = ended
        every = params.objective == "front" or len(tasks) == 1
        self.objectives = tuple(tasks) if every else ("mean",)  # names of a trial's scores
        self.names = space.names(params.space, sections)
        (folder / CLAIMS).mkdir(parents=True, exist_ok=True)
        with self._locked():
            self.storage = _database(url) if url else journal(folder / JOURNAL)
            self.study = optuna.create_study(
                storage=self.storage,
                study_name=f"heschl-{folder.name}",
                directions=["maximize"] * len(self.objectives),
                load_if_exists=True,
            )
            with warnings.catch_warnings(category=ExperimentalWarning, action="ignore"):
                if self.study.metric_names is None:  # for Optuna's dashboard
                    self.study.set_metric_names(list(self.objectives))
            self._fill()
            for trial in self.trials():
                if trial.state.is_finished() and self.places(trial.number)[0].exists():
                    self.ended(self, trial.number, trial.user_attrs[REASON])

    def trials(self) -> list[FrozenTrial]:
        """Return all trials, in order, including those that do not fit."""
        return self.study.get_trials(deepcopy=False)

    def over(self) -> bool:
        """Return whether every trial has ended."""
        trials = self.trials()
        return len(trained(trials)) >= self.params.trials and all(each.state.is_finished() for each in trials)

    def drawn(self, trial: FrozenTrial) -> dict[str, Any]:
        """Return all of params.yaml, plain, with what a trial drew."""
        return sections_of(FixedTrial(trial.params), self.params.space, self.sections, self.judge)

    def close(self) -> None:
        """Close the connections to a database."""
        if isinstance(self.storage, optuna.storages.RDBStorage):
            self.storage.remove_session()
            self.storage.engine.dispose()

    def places(self, number: int) -> tuple[Path, Path]:
        """Return the folders of a trial's checkpoints and of its network."""
        name = f"{number:04d}"
        return self.folder / TRIALS / name / TRAINING, self.folder / NETWORKS / name

    @contextlib.contextmanager
    def claimed(self) -> Iterator[Job | None]:
        """Yield a trial to train, and hold it meanwhile; None if nothing can be trained now."""
        with contextlib.ExitStack() as stack:
            with self._locked():
                job = self._claim(stack)
                if job is None and self.params.sampler == "tpe" and self._fill(1):
                    job = self._claim(stack)
            yield job

    def report(self, job: Job, values: Values) -> None:
        """Record what a trial reached at the end of a rung, and end the trials that go no further."""
        with self._locked():
            self._end()  # what a killed worker has reported, by what there was then
            found = self.trials()[job.number]
            if len(reached(found)) == job.rung:
                self._set(found, REACHED, [*reached(found), values])
                if len(self.objectives) == 1:  # TPE learns from it if the trial is stopped
                    self.study._storage.set_trial_intermediate_value(
                        found._trial_id, self.params.epochs[job.rung], values[0]
                    )
            self._end()

    def fail(self, job: Job, reason: str) -> None:
        """Record why a trial could not be trained."""
        with self._locked():
            self._tell(self.trials()[job.number], TrialState.FAIL, reason)
            self._end()

    def _claim(self, stack: contextlib.ExitStack) -> Job | None:
        """Hold the first trial that is ready and that no other worker holds."""
        plan, trials = self._end(), self.trials()
        for number in plan.ready:
            if hold(stack, self.folder / CLAIMS / f"{number:04d}"):
                trial, (work, network) = trials[number], self.places(number)
                if self._attempt(trial, work) <= ATTEMPTED:
                    return Job(number, len(reached(trial)), work, network, self.drawn(trial))
                reason = f"{ATTEMPTED} workers ended while they trained it, without a checkpoint between"
                self._tell(trial, TrialState.FAIL, reason)
        return None

    def _attempt(self, trial: FrozenTrial, work: Path) -> int:
        """Note that a trial is taken; return how often it was taken without any progress, this time too."""
        newest = max((path.name for path in work.glob("[0-9]*.ckpt")), default="")
        place, before = [len(reached(trial)), newest], trial.user_attrs.get(ATTEMPTS, [None, 0])
        count = before[1] + 1 if before[0] == place else 1
        self._set(trial, ATTEMPTS, [place, count])
        return count

    def _end(self) -> Plan:
        """Record the trials that have ended, and return the plan of the others."""
        trials = trained(self.trials())
        rule = one_by_one if self.params.sampler == "tpe" else together
        plan = rule([state_of(trial) for trial in trials], len(self.params.epochs), self.params.keep)
        running = {trial.number: trial for trial in trials if not trial.state.is_finished()}
        for number, count in plan.passed.items():
            self._set(running[number], PASSED, count)
        for number in plan.done:
            if number in running:
                self._tell(running[number], TrialState.COMPLETE, "complete")
        for number, rung in plan.stopped.items():
            if number in running:
                reason = f"not among the best {self.params.keep:.0%} after epoch {self.params.epochs[rung]}"
                self._tell(running[number], TrialState.PRUNED, reason)
        return plan

    def _tell(self, trial: FrozenTrial, state: TrialState, reason: str) -> None:
        self._set(trial, REASON, reason)
        complete = state == TrialState.COMPLETE
        self.study.tell(trial.number, list(reached(trial)[-1]) if complete else None, state=state)
        self.ended(self, trial.number, reason)

    def _set(self, trial: FrozenTrial, name: str, value: Any) -> None:
        self.study._storage.set_trial_user_attr(trial._trial_id, name, value)

    def _fill(self, most: int | None = None) -> int:
        """Draw trials until there are as many to train as there should be; return how many were added.

        most : to add; None: all, unless TPE is to learn from the first
        """
        count, added = len(trained(self.trials())), 0
        if most is None and self.params.sampler == "tpe":
            return 0
        while count + added < self.params.trials and added != most:
            self._draw()
            added += 1
        return added

    def _draw(self) -> None:
        """Add a trial to train, and those drawn before it that do not fit."""
        for _ in range(MISSES):
            earlier = self.trials()
            trial = new_trial(self.params, self.names, len(earlier), trained(earlier), len(self.objectives))
            sections = sections_of(trial, self.params.space, self.sections, self.judge)
            cost, wrong = self.judge.judge(sections)
            attributes = {REASON: wrong or "", COST: [cost.parameters, cost.macs] if cost else []}
            self.study.add_trial(
                create_trial(
                    state=TrialState.PRUNED if wrong else TrialState.RUNNING,
                    params=trial.params,
                    distributions=trial.distributions,
                    user_attrs=attributes,
                )
            )
            if not wrong:
                return
        raise SearchError(
            f"of {MISSES} networks drawn one after the other from search.space, none fits search.budget; "
            f"the last: {wrong}. Raise the budget, or narrow the space."
        )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the study for a moment: other workers wait."""
        with locked(self.folder):
            cut(self.folder / JOURNAL)
            yield


def _database(url: str) -> optuna.storages.RDBStorage:
    """Return a database; a connection that it has dropped meanwhile is made anew."""
    return optuna.storages.RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
