"""Which labels the network confuses, in words; shares : (labels, labels), 0 to 1, rows of the truth."""

import numpy as np
import pandas as pd

from heschl.report.text.words import joined, percent

PAIRS = 12  # in the list
NAMED = 3  # in words


def most_confused(shares: pd.DataFrame, number: int = PAIRS) -> pd.DataFrame:
    """Return the pairs of labels most often confused, the most frequent first.

    returns : truth, answer, share (0 to 1) of the truth's clips
    """
    diagonal = np.eye(len(shares), dtype=bool)
    off = pd.DataFrame(
        np.where(diagonal, np.nan, shares.to_numpy(float)), shares.index, shares.columns
    ).rename_axis(index="truth", columns="answer")
    long = off.stack().rename("share").reset_index()
    long = long[long.share > 0].sort_values(["share", "truth", "answer"], ascending=[False, True, True])
    return long.head(number).reset_index(drop=True)


def described(shares: pd.DataFrame) -> str:
    """Say how many answers are correct, and which confusions are the most frequent."""
    right = pd.Series(np.diag(shares.to_numpy(float)), shares.index).dropna()
    if not len(right):
        return "No label has clips."
    said = f"Correct answers: {percent(right.iloc[0], 0)}."
    if len(right) > 1:
        least, most = (f"{percent(right[label], 0)} ({label})" for label in (right.idxmin(), right.idxmax()))
        said = f"Correct answers range from {least} to {most}."
    pairs = [
        f"{row.truth} taken for {row.answer} ({percent(row.share, 0)})"
        for row in most_confused(shares, NAMED).itertuples()
    ]
    return f"{said} {f'Most frequent confusions: {joined(pairs)}' if pairs else 'There are no confusions'}."
