"""Whether a network, params and metrics belong together, before they are released together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from heschl import tables
from heschl.evaluate import answers
from heschl.evaluate.params import EvaluateParams
from heschl.evaluate.predict import answer
from heschl.network.custom import NetworkSection
from heschl.network.hearing import Hearing
from heschl.network.saved import check_labels
from heschl.network.table import table_of
from heschl.params import parse, plain
from heschl.release.sources import COLUMNS, Source
from heschl.shards.read import Shards
from heschl.tasks import named

SAME = 0.98  # least share of test clips with the same answer: processors and half precision move a few
SYNTHETIC = "synthetic"  # source of a corpus without recordings
SECTIONS = ("sound", "cochleagram", "network", "train")  # of params.yaml, in a network's config


class ReleaseError(ValueError):
    """A network that cannot be released as it is; says why, and the remedy."""


def check_table(config: Mapping[str, Any], path: Path) -> None:
    """Raise ReleaseError if the network is a class of the user's: only that class could load it."""
    network = config.get("network")
    if isinstance(network, dict) and "module" in network:
        raise ReleaseError(
            f"{path}: network.module is {network['module']!r}, a class of your own. Only a table of layers "
            "can be released, because loading it runs no code."
        )


def check_params(config: Mapping[str, Any], params: Mapping[str, Any], path: Path) -> None:
    """Raise ReleaseError unless params.yaml has the values that the network was trained with.

    config : of the network; params : of the file `path`
    """
    given = dict(params) | {
        "network": plain(parse("network", table_of(params.get("network")), NetworkSection))
    }
    changed = [name for name in SECTIONS if _given(config.get(name)) != _given(given.get(name))]
    if changed:
        raise ReleaseError(
            f"{path} has other values than the network was trained with, in {', '.join(changed)}, so the "
            "card could not say how to rebuild it. Restore the params of the training, or train again: dvc "
            "repro."
        )


def _given(section: Any) -> Any:
    """Return a section without the optional keys that are not given, which a config has as null."""
    if not isinstance(section, dict):
        return section
    return {key: value for key, value in section.items() if value is not None}


def check_metrics(labels: Mapping[str, list[str]], metrics: Path) -> None:
    """Raise ReleaseError unless the answers in a folder of metrics are among the network's labels."""
    for task, names in labels.items():
        path = metrics / "confusions" / f"{task}.csv"
        measured = list(tables.read_matrix(path).columns)
        if sorted(set(measured) - set(names)) or set(named(names)) - set(measured):
            raise ReleaseError(
                f"{path} has {len(measured)} labels, the network {len(named(names))}; they differ in "
                f"{', '.join(sorted(set(measured) ^ set(named(names)))[:5])}. The metrics are those of "
                "another network: dvc repro."
            )


def check_sources(listed: Sequence[Source], provenance: Mapping[str, Any]) -> None:
    """Raise ReleaseError where recordings have no sources that the card could credit."""
    if not listed and provenance["source"] != SYNTHETIC:
        raise ReleaseError(
            f"The corpus is {provenance['source']!r}, and nothing says by whom, under which license. List "
            f"the sources in a csv file with {', '.join(COLUMNS)}, and name it: --sources FILE."
        )


def check_answers(
    hearing: Hearing, network: Path, shards: Path, metrics: Path, params: EvaluateParams
) -> int:
    """Let a network answer the test clips and compare with metrics/clips.csv; return the number of clips.

    raises : ReleaseError if fewer than 98 % of the answers are those of the file
    """
    test = Shards.open(shards, "test")
    check_labels(hearing, test, network)
    ours = answer(hearing, test, params).clips.set_index("key")["answer"]
    theirs = answers.read(metrics / answers.CLIPS).set_index("key")["answer"]
    same = float((ours == theirs.reindex(ours.index)).mean()) if len(ours) == len(theirs) else 0.0
    if same < SAME:
        raise ReleaseError(
            f"{metrics / answers.CLIPS}: {same:.1%} of {len(theirs)} answers are those of {network} to the "
            f"{len(ours)} clips of {shards}; expected at least {SAME:.0%}. The metrics are those of another "
            "network: dvc repro."
        )
    return len(ours)
