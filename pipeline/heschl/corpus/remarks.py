"""What a user must know of a corpus: the labels left out, labels that look alike, and units that are one."""

from collections.abc import Mapping, Sequence
from typing import Any

SHOWN = 3  # of a kind


def remarks(provenance: Mapping[str, Any]) -> list[str]:
    """Return sentences without full stop about a corpus, none if there is nothing to say.

    provenance : of a corpus: provenance.json
    """
    said = []
    for table, labels in provenance["left_out"].items():
        if labels:
            said.append(f"{table}: {_list(labels)} left out: too few {OF[table]}")
    return said + look_alikes(provenance)


def look_alikes(provenance: Mapping[str, Any]) -> list[str]:
    """Return the sentences on labels that look alike and on names that were taken as one unit."""
    said = []
    for table, groups in provenance.get("alike", {}).items():
        pairs = [" and ".join(map(_quoted, group)) for group in groups]
        said.append(f"{table}: labels that differ only in case, spaces or the like: {_list(pairs)}")
    for unit, whole in _by_unit(provenance.get("joined", [])).items():
        spelled = [" and ".join(map(_quoted, each["of"])) for each in whole if not each["files"]]
        shared = [" and ".join(map(_quoted, each["of"])) for each in whole if each["files"]]
        if spelled:
            said.append(f"one {unit} spelled in several ways: {_list(spelled)}")
        if shared:
            said.append(f"taken as one {unit} because they have a recording in common: {_list(shared)}")
    return said


OF = {"words": "speakers", "music": "artists"}


def _by_unit(joined: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in joined:
        found.setdefault(each["unit"], []).append(each)
    return found


def _quoted(name: str) -> str:
    """Return a name in quotation marks, with its invisible characters written out."""
    return repr(name) if name.isprintable() else ascii(name)


def _list(items: Sequence[str]) -> str:
    more = [f"and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
    return ", ".join([*items[:SHOWN], *more])
