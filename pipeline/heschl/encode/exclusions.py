"""Responses that cannot be used: why each is left out, and what to do if all are."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from heschl.activations.names import listed

CONSTANT = 1e-12  # range, as a share of the largest value, below which values differ by rounding alone


def remedy(sounds: Sequence[str], values: np.ndarray) -> str:
    """Return what to do if no response can be used: remove what was not measured, or check the export.

    values : (sounds, responses, repeats)
    """
    lost = ~np.isfinite(values)
    if not lost.any():
        return "Check how they were exported."
    of_repeats, of_sounds = lost.any(axis=(0, 1)), lost.any(axis=(1, 2))
    without = [name for name, gone in zip(sounds, of_sounds, strict=True) if gone]
    said = "A response must have a value for every sound and repeat."
    if not of_repeats.all():
        numbers = ", ".join(str(n + 1) for n in np.flatnonzero(of_repeats))
        return f"{said} Values are missing only in repeat {numbers}: remove it for all sounds and responses."
    if not of_sounds.all():
        return f"{said} Values are missing only for {listed(without)}: remove these sounds."
    return f"{said} Values are missing for every sound and in every repeat: check how they were exported."


def reasons(values: np.ndarray, copies: bool) -> list[str]:
    """Return why each response cannot be used, "" where it can.

    values : (sounds, responses, repeats)
    copies : whether two repeats may be identical
    """
    out = [""] * values.shape[1]
    lost = (~np.isfinite(values)).any(axis=2).sum(axis=0)
    for n in np.flatnonzero(lost):
        out[n] = f"not finite in {lost[n]} of {len(values)} sounds"
    with np.errstate(invalid="ignore"):  # from infinite values, which already have a reason
        repeats = {"the mean": values.mean(axis=2)}
        repeats |= {f"repeat {n + 1}": values[..., n] for n in range(values.shape[2])}
        for title, each in repeats.items():
            spread, largest = each.max(axis=0) - each.min(axis=0), np.abs(each).max(axis=0)
            for n in np.flatnonzero(spread <= CONSTANT * largest):
                out[n] = out[n] or (f"{title} is constant" if values.shape[2] > 1 else "constant")
    if not copies:
        for a, b in combinations(range(values.shape[2]), 2):
            for n in np.flatnonzero((values[..., a] == values[..., b]).all(axis=0)):
                out[n] = out[n] or f"repeats {a + 1} and {b + 1} are identical"
    return out
