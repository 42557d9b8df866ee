"""The disjoint splits of a corpus: train, validation and test."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from heschl.corpus.categories import as_categories, as_texts, renamed
from heschl.corpus.tables import LABEL, SPLIT, SPLITS, TABLES, UNIT, CorpusError
from heschl.params import Positive, section


@section
class Split:
    """Shares of the speakers, artists or sources; params section `corpus.split`."""

    train: Positive
    validation: Positive
    test: Positive


def assign_splits(tables: Mapping[str, pd.DataFrame], split: Split, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables with a column `split`; each speaker, artist or source is in one split.

    Music and scenes are divided label by label, so that each label is in every split. A speaker in both words
    and talkers is one person, in one split. Units with a split of their own, in a column `split`, keep it;
    one that has several goes to the last of them. If these lack a split, units of train are moved there.

    raises : CorpusError if a label or table has fewer than three units
    """
    assigned: dict[str, pd.DataFrame] = {}
    speakers: dict[str, str] = {}  # speaker -> split
    for index, name in enumerate(LABEL):
        table = as_categories(tables[name])
        rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
        known = speakers if UNIT[name] == "speaker" else {}
        chosen, own = dict(known), _own_splits(table, UNIT[name])
        least = TABLES[name].least
        for stratum, units in _strata(name, table):
            _check_count(name, stratum, units)
            given = {unit: own[unit] for unit in units if unit in own and unit not in chosen}
            chosen.update(given)
            chosen.update(_divide([unit for unit in units if unit not in chosen], split, least, rng))
            if given:
                free = [unit for unit in units if unit not in known]
                chosen.update(_completed(units, free, chosen, split, least, rng))
        known.update(chosen)
        assigned[name] = table.assign(split=renamed(table[UNIT[name]], chosen))
    check_splits(assigned)
    return assigned


def check_splits(tables: Mapping[str, pd.DataFrame]) -> None:
    """Check splits.

    raises : CorpusError if a unit or file is in two splits, or a table has no row in a split
    """
    for kind in sorted(set(UNIT.values())):
        unit, splits = _in_two_splits([table for name, table in tables.items() if UNIT[name] == kind], kind)
        if unit is not None:
            raise CorpusError(f"{kind} {unit!r} is in {' and '.join(splits)}: a {kind} must be in one split.")
    file, splits = _in_two_splits(list(tables.values()), "file")
    if file is not None:
        raise CorpusError(
            f"{file} is in {' and '.join(splits)}: its rows name several units. Cut it into files of one "
            f"unit each, or list it in one table only."
        )
    for name, table in tables.items():
        for split in SPLITS:
            if not (table["split"] == split).any():
                raise CorpusError(f"{name}: {split} has no row. Add {UNIT[name]}s or change corpus.split.")


def keep_common_labels(table: pd.DataFrame, name: str, minimum: int) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows whose label comes from at least `minimum` units, and the labels left out."""
    label = LABEL[name]
    if label is None:
        return table, []
    units = table.groupby(label)[UNIT[name]].nunique()
    rare = sorted(units.index[units < minimum])
    return table[~table[label].isin(rare)].reset_index(drop=True), rare


def keep_shared_labels(table: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows whose label is in every split, and the labels left out."""
    label = LABEL[name]
    splits = table.groupby(label)["split"].nunique()
    absent = sorted(splits.index[splits < len(SPLITS)])
    return table[~table[label].isin(absent)].reset_index(drop=True), absent


def _strata(name: str, table: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return (description, sorted units) of each part of a table that is divided by itself."""
    unit, label = UNIT[name], LABEL[name]
    if not TABLES[name].one_label:
        return [("the table", sorted(table[unit].unique()))]
    pairs = as_texts(table[[label, unit]].drop_duplicates())
    return [(f"{label} {value!r}", sorted(rows[unit])) for value, rows in pairs.groupby(label, sort=True)]


def _check_count(name: str, stratum: str, units: list[str]) -> None:
    if len(units) < len(SPLITS):
        raise CorpusError(
            f"{name}: {stratum} comes from {len(units)} {UNIT[name]}(s) ({', '.join(units)}); "
            f"train, validation and test need one each. Add recordings or leave it out."
        )


def _divide(units: list[str], split: Split, least: int, rng: np.random.Generator) -> dict[str, str]:
    """Draw the split of each unit; validation and test get at least `least` units if there are enough."""
    total = split.train + split.validation + split.test
    held_out = [
        max(min(least, len(units) // len(SPLITS)), round(share / total * len(units)))
        for share in (split.validation, split.test)
    ]
    counts = [len(units) - sum(held_out), *held_out]
    return dict(zip(rng.permutation(units).tolist(), np.repeat(SPLITS, counts).tolist(), strict=True))


def _own_splits(table: pd.DataFrame, unit: str) -> dict[str, str]:
    """Return the splits of units that have one in the table, the last of SPLITS where they have several."""
    if SPLIT not in table:
        return {}
    pairs = as_texts(table[[unit, SPLIT]].drop_duplicates())
    pairs = pairs[pairs[SPLIT] != ""]
    order = pairs[SPLIT].map(SPLITS.index)
    return dict(pairs.iloc[order.argsort(kind="stable")].itertuples(index=False))


def _completed(
    units: list[str],
    free: list[str],
    chosen: Mapping[str, str],
    split: Split,
    least: int,
    rng: np.random.Generator,
) -> dict[str, str]:
    """Return units of train to move to splits that have none.

    free : units whose split may change
    """
    total, moved = split.train + split.validation + split.test, {}
    for name, share in (("validation", split.validation), ("test", split.test)):
        if name not in {chosen[unit] for unit in units}:
            donors = [unit for unit in free if chosen[unit] == "train" and unit not in moved]
            count = max(min(least, len(donors) // 2), round(share / total * len(donors)))
            moved |= dict.fromkeys(rng.permutation(donors).tolist()[:count], name)
    return moved


def _in_two_splits(tables: list[pd.DataFrame], column: str) -> tuple[str | None, list[str]]:
    """Return the first value of a column that is in several splits, and those; None if there is none."""
    own = [as_texts(table[[column, SPLIT]].drop_duplicates()) for table in tables]
    pairs = pd.concat(own).drop_duplicates()
    splits = pairs.groupby(column)["split"].agg(list)
    several = splits[splits.map(len) > 1]
    return (several.index[0], several.iloc[0]) if len(several) else (None, [])
