"""A search whose trials are not trained: their scores follow from what they drew. For tests of its engine."""

import contextlib
import hashlib
import time
from pathlib import Path

from heschl.params import parse
from heschl.search.cost import Cost
from heschl.search.params import SearchParams
from heschl.search.study import Study

TRIALS, EPOCHS = 12, (1, 2, 4)
SECTIONS = {
    "tasks": ["word", "genre"],
    "train": {"seed": 1, "optimizer": {"learning_rate": 0.002, "weight_decay": 0.01}},
    "cochleagram": {"compression": 0.3},
}
SPACE = {
    "blocks": {"low": 1, "high": 3},
    "filters": {"first": [8, 16], "growth": [0.5, 1.0, 2.0], "most": 32},
    "kernels": {"frequency": {"low": 1, "high": 5}, "time": {"low": 1, "high": 9}, "area": 20},
    "pooling": {
        "kinds": ["max_pool", "mean_pool"],
        "frequency": {"low": 1, "high": 3},
        "time": {"low": 1, "high": 4},
    },
    "normalization": ["batch_norm", "none"],
    "dense": {"probability": 0.5, "units": {"low": 8, "high": 32}},
    "dropout": {"low": 0.0, "high": 0.5},
    "shared": {"low": 0.0, "high": 1.0},
    "cut": False,
    "values": {
        "train.optimizer.learning_rate": {"low": 0.0001, "high": 0.01, "log": True, "whole": False},
        "cochleagram.compression": {"options": [0.3, 1.0]},
    },
}
SEARCH = {
    "seed": 3,
    "trials": TRIALS,
    "sampler": "random",
    "tasks": [],
    "objective": "front",
    "epochs": list(EPOCHS),
    "keep": 0.5,
    "threads": 1,
    "budget": {"parameters": 100_000, "macs": 10_000_000},
    "space": SPACE,
}


class Judge:
    """Refuses a third of the networks."""

    def judge(self, sections):
        number = digest(sections["network"])
        return Cost(number % 1000, number % 77), "too large" if number % 3 == 0 else None


def digest(value):
    return int(hashlib.sha256(repr(value).encode()).hexdigest()[:12], 16)


def params(**changes):
    return parse("search", SEARCH | changes, SearchParams)


def study(folder, sampler="random", url=None, ended=lambda study, number, reason: None, **changes):
    found = params(sampler=sampler, **changes)
    return Study(found, SECTIONS | {"search": SEARCH}, ("word", "genre"), Judge(), Path(folder), url, ended)


def scores(job):
    """Return a trial's scores: those of a network, with less noise the longer it is trained."""
    number = digest((job.sections["network"], job.rung))
    return (number % 1009 / 1009 * 0.5 + job.rung / 10, number % 733 / 733 * 0.5 + job.rung / 10)


def work(search, wait=0.0):
    while not search.over():
        with search.claimed() as job:
            if job is None:
                time.sleep(0.01)
                continue
            time.sleep(wait)
            if digest((job.sections["network"], "fails", job.rung)) % 7 == 0:
                search.fail(job, "the loss is not finite")
            else:
                search.report(job, scores(job))


def worker(folder, sampler, url=None):
    """Work to the end."""
    with contextlib.closing(study(folder, sampler, url)) as search:
        work(search, wait=0.01)
