"""Speakers, artists and sources that are one: spelled in two ways, or with a recording in common.

Each is one unit, which is in one split only. If it were two, a network could be tested on a voice that it was
trained on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from heschl.corpus.categories import as_categories, as_texts, renamed
from heschl.corpus.names import folded, identity
from heschl.corpus.tables import LABEL, UNIT

NAMED = 3  # units that the name of a joint unit lists


def join_units(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Give one name to the speakers, artists or sources that are one.

    Names are one if they differ only in case, width, spaces, invisible characters or leading zeros
    (`names.identity`), or if rows of the same file have them. Speakers of words and talkers are compared.

    returns : the tables with joint names; for each joint unit: `unit`, its column; `name`; `of`, the names in
              the tables; `files` that it has in common, none if the names are spelled alike
    """
    joint = dict(tables)
    joined: list[dict[str, Any]] = []
    for unit in sorted(set(UNIT.values())):
        rows = _pairs([table for name, table in tables.items() if UNIT[name] == unit], unit)
        counts, names_of = rows.groupby(unit)["rows"].sum(), dict[str, str]()
        for names in _groups(rows, unit):
            name = _name(counts, names)
            names_of |= dict.fromkeys(names, name)
            joined.append({"unit": unit, "name": name, "of": names, "files": _shared(rows, unit, names)})
        for name, table in tables.items():
            if names_of and UNIT[name] == unit:
                own = as_categories(table[[unit]])[unit]
                joint[name] = table.assign(**{unit: renamed(own, names_of)})
    return joint, joined


def alike_labels(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[list[str]]]:
    """Return, for each table, the labels that differ only in case, width, spaces or invisible characters."""
    found = {}
    for name, table in tables.items():
        labels = sorted(table[LABEL[name]].unique()) if LABEL[name] else []
        groups: dict[str, list[str]] = {}
        for label in labels:
            groups.setdefault(folded(label), []).append(label)
        found[name] = [group for group in groups.values() if len(group) > 1]
    return {name: groups for name, groups in found.items() if groups}


def _pairs(tables: list[pd.DataFrame], unit: str) -> pd.DataFrame:
    """Return each pair of a file and a unit, and its number of `rows`."""
    parts = [table.groupby(["file", unit], observed=True, sort=False).size() for table in tables]
    pairs = pd.concat([as_texts(part.rename("rows").reset_index()) for part in parts])
    return pairs.groupby(["file", unit], sort=False, as_index=False).sum()


def _groups(rows: pd.DataFrame, unit: str) -> list[list[str]]:
    """Return the sorted names of each joint unit."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    for names in (*_alike(rows[unit]), *_of_one_file(rows, unit)):
        for name in names[1:]:
            parents[root(name)] = root(names[0])
    groups: dict[str, list[str]] = {}
    for name in sorted(parents):
        groups.setdefault(root(name), []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def _alike(names: Iterable[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        groups.setdefault(identity(name), []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def _of_one_file(rows: pd.DataFrame, unit: str) -> list[list[str]]:
    several = rows[rows["file"].duplicated(keep=False)]
    return [sorted(names) for names in several.groupby("file")[unit].agg(list)]


def _shared(rows: pd.DataFrame, unit: str, names: list[str]) -> list[str]:
    """Return the files in which several of the units, not only several spellings of one, have rows."""
    own = rows[rows[unit].isin(names)]
    units = own.assign(**{unit: own[unit].map(identity)}).drop_duplicates(["file", unit])
    return sorted(set(units["file"][units["file"].duplicated()]))


def _name(counts: pd.Series, names: list[str]) -> str:
    """Return the most frequent spelling of a unit, or those of several with + between them.

    counts : rows by name
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(identity(name), []).append(name)
    best = [max(group, key=lambda name: (counts[name], name)) for group in groups.values()]
    shown = best if len(best) <= NAMED else [best[0], f"{len(best) - 1} more"]
    return " + ".join(shown)
