"""Which words of running speech to keep: by length, and by how often and by how many they are spoken."""

import logging
from typing import Any

import pandas as pd

from heschl.corpus.tables import CorpusError
from heschl.params import Count, Ordered, section

log = logging.getLogger(__name__)


@section
class Seconds(Ordered):
    """A range of durations."""

    low: float
    high: float


@section
class Vocabulary:
    """Params section `corpus.vocabulary`."""

    letters: Count  # a word must have at least
    seconds: Seconds  # a spoken word must last
    tokens: Count  # of a word, at least
    speakers: Count  # of a word, at least
    most: Count | None  # words: those with the most speakers


def keep_vocabulary(words: pd.DataFrame, rule: Vocabulary | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the rows of the words that a rule keeps, and how many words there were before and after.

    Spoken words of other durations are removed first. Words with equal numbers of speakers are in the order
    of their numbers of tokens, then of the alphabet.

    raises : CorpusError if no word is left
    """
    if rule is None:
        return words, {}
    lasts_s = words["end_s"] - words["start_s"]
    rows = words[lasts_s.between(rule.seconds.low, rule.seconds.high)]
    counts = rows.groupby("word").agg(tokens=("file", "size"), speakers=("speaker", "nunique"))
    counts.index = counts.index.astype("str")
    counts = counts.assign(letters=counts.index.str.count(r"[^\W\d_]"))
    enough = (counts["tokens"] >= rule.tokens) & (counts["speakers"] >= rule.speakers)
    kept = counts[enough & (counts["letters"] >= rule.letters)].reset_index()
    order = kept.sort_values(["speakers", "tokens", "word"], ascending=[False, False, True])["word"]
    chosen = set(order.iloc[: rule.most])
    if not chosen:
        raise CorpusError(
            f"corpus.vocabulary keeps none of {words['word'].nunique()} words: relax letters, seconds, "
            "tokens or speakers."
        )
    summary = {"of": int(words["word"].nunique()), "kept": len(chosen)}
    log.info("corpus.vocabulary keeps %d of %d words", summary["kept"], summary["of"])
    return rows[rows["word"].isin(chosen)].reset_index(drop=True), summary
