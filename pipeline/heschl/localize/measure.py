"""Experiments with a listener: their sounds, its answers, and what follows from them."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heschl.acoustics.head import HeadError
from heschl.audio import rms
from heschl.localize.answers import Answers
from heschl.localize.columns import NETWORK, PEOPLE
from heschl.localize.experiment import Claims, Experiment, LocalizeError, Setting, Trial
from heschl.localize.experiments import EXPERIMENTS
from heschl.localize.params import LocalizeParams
from heschl.parallel import progress
from heschl.statistics.correlation import LEAST, pearson

LEVEL = 0.05  # root mean square of a sound over both ears, of full scale

# What a listener is: sounds (sounds, ears, samples) float32, and their trials -> probabilities of directions
Listener = Callable[[np.ndarray, Sequence[Trial]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Result:
    """What an experiment gave.

    values  : of the network and of people: the columns `VALUES_COLUMNS`, but for the experiment
    sounds  : number of sounds that the network heard
    r       : Pearson's correlation of network and people, over the values that are compared
    rmse    : root-mean-square difference, in units of the range of people's values
    missing : values of people to which the network has none
    claims  : statements about the network, and whether they hold
    """

    experiment: Experiment
    values: pd.DataFrame
    sounds: int
    r: float
    rmse: float
    compared: int
    missing: int
    claims: Claims


def chosen(names: Sequence[str]) -> list[Experiment]:
    """Return the experiments to do; names : of params, empty for all.

    raises : LocalizeError naming one that there is not
    """
    unknown = [name for name in names if name not in EXPERIMENTS]
    if unknown:
        raise LocalizeError(
            f"localize.experiments has {unknown[0]!r}; expected some of {', '.join(EXPERIMENTS)}."
        )
    return [EXPERIMENTS[name] for name in EXPERIMENTS if name in (names or EXPERIMENTS)]


def measure(
    experiment: Experiment, setting: Setting, listener: Listener, seed: int, batch_size: int
) -> Result:
    """Do an experiment with a listener, and compare it with people.

    raises : LocalizeError if the listener's directions do not allow it
    """
    trials = experiment.trials(setting)
    found = [listener(ears, some) for ears, some in _batches(experiment, trials, setting, seed, batch_size)]
    answers = Answers(np.concatenate(found), setting.azimuth, setting.elevation)
    values = experiment.values(pd.DataFrame(trials), answers, setting)
    people = experiment.of_people()
    r, rmse, compared, missing = compare(experiment, values, people)
    known = people.set_index(["condition", "measure"]).compared
    keys = pd.MultiIndex.from_frame(values[["condition", "measure"]])
    shown = known.reindex(keys, fill_value=0).to_numpy() * values.get("faithful", True)
    own = values.assign(who=NETWORK, error=np.nan, n=1.0, compared=shown.astype(int))
    table = pd.concat([own, people.assign(who=PEOPLE)], ignore_index=True)
    claims = experiment.claims(values.set_index(["condition", "measure"]).value, setting)
    if compared >= LEAST:  # r is nan if all of the network's values are equal
        claims = {"values correlate positively with people's": r > 0} | claims
    return Result(experiment, table, len(trials), r, rmse, compared, missing, claims)


def measure_all(
    experiments: Sequence[Experiment], setting: Setting, listener: Listener, params: LocalizeParams
) -> tuple[dict[str, Result], dict[str, str]]:
    """Return the results of experiments by name, and why the others could not be done."""
    results, left_out = {}, {}
    for each in progress(experiments, len(experiments), "experiments"):
        try:
            results[each.name] = measure(each, setting, listener, params.seed, params.batch_size)
        except (LocalizeError, HeadError) as error:
            left_out[each.name] = str(error)
    return results, left_out


def compare(
    experiment: Experiment, values: pd.DataFrame, people: pd.DataFrame
) -> tuple[float, float, int, int]:
    """Return r, rmse, and the numbers of values compared and missing, as in `Result`.

    As Saddler & McDermott (2024) do, over all conditions and measures of an experiment at once. Values are
    missing where the sample rate does not allow the sounds that people heard.
    """
    if "faithful" in values:
        values = values[values.faithful]
    keys = ["condition", "measure"]
    wanted = people[people.compared == 1].set_index(keys).value
    own = values.set_index(keys).value.reindex(wanted.index)
    both = own.notna().to_numpy()
    one, other = (experiment.scale(each[both].to_numpy(float)) for each in (wanted, own))
    missing = int((~both).sum())
    if not both.any():
        return np.nan, np.nan, 0, missing
    span = np.ptp(one)
    rmse = float(np.sqrt(np.mean(np.square((other - one) / span)))) if span else np.nan
    return float(pearson(one, other)), rmse, int(both.sum()), missing


def _batches(
    experiment: Experiment, trials: Sequence[Trial], setting: Setting, seed: int, size: int
) -> Iterator[tuple[np.ndarray, Sequence[Trial]]]:
    """Yield the sounds of trials, all at the same level; each depends on the seed and its number or token."""
    code = zlib.crc32(experiment.name.encode())
    for start in range(0, len(trials), size):
        some, ears = trials[start : start + size], []
        for number, trial in enumerate(some, start):
            token = trial.get("token", number)
            rng = np.random.default_rng(np.random.SeedSequence([seed, code, token]))
            made = experiment.sound(trial, setting, rng)
            ears.append((made * (LEVEL / rms(made))).astype(np.float32))
        yield np.stack(ears), some


def mean_of(results: Mapping[str, Result]) -> tuple[float, float]:
    """Return the means of r and rmse over the counted experiments that have them; nan if none has."""
    means = []
    for name in ("r", "rmse"):
        counted = [getattr(each, name) for each in results.values() if each.experiment.counted]
        known = [value for value in counted if np.isfinite(value)]
        means.append(float(np.mean(known)) if known else np.nan)
    return means[0], means[1]
