"""Responses of a brain to sounds, checked, and without those that cannot be used."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.activations.names import listed, stem
from pipeline.activations.sounds import Sounds
from pipeline.encode.columns import EXCLUDED

log = logging.getLogger(__name__)

SEPARATOR = "|"  # between the regions of one response
ALL = "all"  # the region of every response
SIMULATED = "simulated"  # source of responses that `simulated.simulate` makes instead of reading a folder
CONSTANT = 1e-12  # range, as a share of the largest value, below which values differ by rounding alone


class ResponsesError(ValueError):
    """Responses that cannot be used; names the file, the row, sound or response, and the remedy."""


@dataclass(frozen=True, eq=False)
class Responses:
    """Responses to sounds, each finite and not constant; made by `clean`.

    sounds       : names, unique
    values       : (sounds, responses, repeats) float64
    names        : of the responses (voxels or components), unique
    participants : (responses,) str; all "" where there are none
    regions      : (responses,) str, several joined by "|"; "" for none
    excluded     : responses that were left out, with the columns EXCLUDED
    source       : name in `sources.SOURCES`, or simulated
    """

    sounds: tuple[str, ...]
    values: np.ndarray
    names: tuple[str, ...]
    participants: np.ndarray
    regions: np.ndarray
    excluded: pd.DataFrame
    source: str

    @property
    def repeats(self) -> int:
        """Return how often each sound was presented."""
        return self.values.shape[2]

    def align(self, sounds: Sounds) -> Sounds:
        """Return the sounds that have responses, in the responses' order; a warning names the others.

        raises : ResponsesError naming sounds that have responses but no file
        """
        files, measured = set(sounds.names), set(self.sounds)
        missing = [name for name in self.sounds if name not in files]
        if missing:
            raise ResponsesError(
                f"{len(missing)} of {len(self.sounds)} sounds with responses have no sound file: "
                f"{listed(missing)}. The files are {listed(sounds.names)}. Add the files to the folder wav "
                "under these names, or remove the responses."
            )
        idle = [name for name in sounds.names if name not in measured]
        if idle:
            log.warning(
                "%d of %d sounds have no responses and are left out: %s", len(idle), len(sounds), listed(idle)
            )
        return sounds.select(self.sounds)


def clean(
    sounds: Sequence[str],
    values: np.ndarray,
    names: Sequence[str],
    participants: np.ndarray,
    regions: np.ndarray,
    source: str,
    excluded: Iterable[tuple[str, str, str, str]] = (),
) -> Responses:
    """Return checked responses without those that are not finite, are constant, or repeat the same values.

    `excluded` lists these. Identical repeats are copies: their reliability would be 1 whatever the noise.

    values   : (sounds, responses, repeats), numbers
    regions  : as in `Responses`; surrounding spaces and empty names are removed
    excluded : rows of responses that were already left out
    raises   : ResponsesError where shapes or names disagree, or no response remains
    """
    sounds, names = tuple(stem(str(name)) for name in sounds), tuple(map(str, names))
    values, regions = np.asarray(values, np.float64), np.array([_tidy(text) for text in regions], dtype=str)
    participants = np.asarray(participants, dtype=str)
    _check_shapes(sounds, values, names, participants, regions, source)
    _check_names(sounds, names, participants, regions, source)
    reasons = _reasons(values, source)
    left_out = [(names[n], participants[n], regions[n], reason) for n, reason in enumerate(reasons) if reason]
    table = pd.DataFrame([*excluded, *left_out], columns=list(EXCLUDED), dtype=str)
    keep = np.flatnonzero([not reason for reason in reasons])
    if not len(keep):
        first = f"{table['response'][0]}, {table['reason'][0]}"
        raise ResponsesError(
            f"{source}: none of the {len(table)} responses can be used. The first is {first}. "
            f"{_remedy(sounds, values)}"
        )
    kept = values if len(keep) == len(names) else values[:, keep]
    return Responses(
        sounds, kept, tuple(names[n] for n in keep), participants[keep], regions[keep], table, source
    )


def _tidy(text: str) -> str:
    parts = (part.strip() for part in str(text).split(SEPARATOR))
    return SEPARATOR.join(dict.fromkeys(part for part in parts if part))


def _check_shapes(
    sounds: Sequence[str],
    values: np.ndarray,
    names: Sequence[str],
    participants: np.ndarray,
    regions: np.ndarray,
    source: str,
) -> None:
    shape, lengths = (len(sounds), len(names)), {len(names), len(participants), len(regions)}
    if values.ndim != 3 or 0 in values.shape or values.shape[:2] != shape or len(lengths) > 1:
        raise ResponsesError(
            f"{source}: {len(sounds)} sounds, {len(names)} responses, {len(participants)} participants, "
            f"{len(regions)} regions, values of shape {values.shape}; expected (sounds, responses, repeats), "
            "none of them 0. Do these files belong together?"
        )


def _check_names(
    sounds: Sequence[str], names: Sequence[str], participants: np.ndarray, regions: np.ndarray, source: str
) -> None:
    for noun, every in (("sound", sounds), ("response", names)):
        repeated = [name for name, count in Counter(every).items() if count > 1]
        if repeated:
            raise ResponsesError(
                f"{source}: {len(repeated)} {noun} names occur more than once: {listed(repeated)}. Give each "
                f"{noun} a different name."
            )
    nameless = participants == ""
    if nameless.any() and not nameless.all():
        raise ResponsesError(
            f"{source}: {int(nameless.sum())} of {len(names)} responses have no participant, the first is "
            f"{names[np.argmax(nameless)]}. Name the participant of every response, or of none."
        )
    for name, text in zip(names, regions, strict=True):
        if ALL in text.split(SEPARATOR):
            raise ResponsesError(
                f"{source}: response {name} is in region {ALL!r}, a name reserved for all responses. Rename "
                "the region."
            )


def _remedy(sounds: Sequence[str], values: np.ndarray) -> str:
    """Return what to do if no response can be used: remove what was not measured, or look at the export."""
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


def _reasons(values: np.ndarray, source: str) -> list[str]:
    """Return why each response cannot be used, "" where it can; simulated repeats may be without noise."""
    reasons = [""] * values.shape[1]
    lost = (~np.isfinite(values)).any(axis=2).sum(axis=0)
    for n in np.flatnonzero(lost):
        reasons[n] = f"not finite in {lost[n]} of {len(values)} sounds"
    with np.errstate(invalid="ignore"):  # from infinite values, which already have a reason
        repeats = {"the mean": values.mean(axis=2)}
        repeats |= {f"repeat {n + 1}": values[..., n] for n in range(values.shape[2])}
        for title, each in repeats.items():
            spread, largest = each.max(axis=0) - each.min(axis=0), np.abs(each).max(axis=0)
            for n in np.flatnonzero(spread <= CONSTANT * largest):
                reasons[n] = reasons[n] or (f"{title} is constant" if values.shape[2] > 1 else "constant")
    if source != SIMULATED:
        for a, b in combinations(range(values.shape[2]), 2):
            for n in np.flatnonzero((values[..., a] == values[..., b]).all(axis=0)):
                reasons[n] = reasons[n] or f"repeats {a + 1} and {b + 1} are identical"
    return reasons
