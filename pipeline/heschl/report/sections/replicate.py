"""What holds in every training: claims counted over seeds, ranges of numbers, best layers."""

from collections.abc import Sequence

import pandas as pd

from heschl.replicate.columns import SHARE
from heschl.report.results import Replicate
from heschl.report.section import Content
from heschl.report.text.words import decimal, percent

KEY = ["stage", "name"]
STAGES = {
    "behavior": "Behavior",
    "decode": "Layers, read out",
    "encode": "Brain responses, predicted",
    "localize": "Experiments on localization",
}


def content(found: Replicate) -> Content:
    """Return the claims by how often they hold, and the values of every seed."""
    seeds = found.seeds
    claims = _claims(found.claims, len(seeds))
    context = {
        "seeds": seeds,
        "holds": [
            _group(claims, stage) for stage in STAGES if (claims[claims.share == 1].stage == stage).any()
        ],
        "some": [(row.title, int(row.held)) for row in claims[claims.share < 1].itertuples()],
        "count": (int((claims.share == 1).sum()), len(claims)),
        "numbers": _numbers(found.numbers, seeds),
        "layers": _layers(found.layers, seeds),
    }
    return Content(context)


def headline(found: Replicate) -> str:
    """Say in what range the accuracy on clean clips lies over the trainings, or that there is only one."""
    if len(found.seeds) < 2:
        return "This is one training: another seed or processor gives other numbers."
    clean = found.numbers[found.numbers.name.str.endswith("_clean")]
    spans = [f"{title} {span}" for title, span, _ in _numbers(clean, found.seeds)]
    return f"Over {len(found.seeds)} trainings with different seeds: {'; '.join(spans)}."


def _claims(table: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """Return one row per claim: stage, name, title, held (number of seeds), share of all seeds."""
    groups = table.groupby(KEY, sort=False).agg(title=("title", "first"), held=("holds", "sum"))
    return groups.assign(share=groups.held / seeds).reset_index()


def _group(claims: pd.DataFrame, stage: str) -> tuple[str, list[str]]:
    return STAGES[stage], list(claims[(claims.stage == stage) & (claims.share == 1)].title)


def _numbers(table: pd.DataFrame, seeds: Sequence[int]) -> list[tuple[str, str, list[str]]]:
    """Return rows (title, range, value of every seed), written as a reader expects them."""
    rows = []
    for _, some in table.groupby(KEY, sort=False):
        title = some.title.iloc[0]
        write = percent if some.unit.iloc[0] == SHARE else decimal
        values = dict(zip(some.seed, some.value, strict=True))
        span = f"{write(some.value.min())} to {write(some.value.max())}"
        rows.append((title, span, [write(values.get(seed)) for seed in seeds]))
    return rows


def _layers(table: pd.DataFrame, seeds: Sequence[int]) -> list[tuple[str, list[str]]]:
    """Return rows (title, best layer of every seed)."""
    return [
        (some.title.iloc[0], [dict(zip(some.seed, some.layer, strict=True)).get(seed, "–") for seed in seeds])
        for _, some in table.groupby(KEY, sort=False)
    ]
