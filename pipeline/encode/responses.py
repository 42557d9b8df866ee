"""Responses of a brain to sounds, from whatever source: checked, and without those that nothing can be said of."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.activations.names import listed, stem
from pipeline.activations.sounds import Sounds

log = logging.getLogger(__name__)

JOINT = "|"  # between the regions of one response
RESERVED = "all"  # the region that every response is in
EXCLUDED = ["response", "participant", "region", "reason"]
CONSTANT = 1e-12  # of its largest value: what varies less is rounding


class ResponsesError(ValueError):
    """Responses that cannot be used; names the file, the row, sound or response, and the remedy."""


@dataclass(frozen=True, eq=False)
class Responses:
    """Responses to sounds, each finite and not constant: made by `clean`.

    sounds       : names, unique
    values       : (sounds, responses, repeats) float64
    names        : of the responses (voxels or components), unique
    participants : (responses,) str; "" in all of them where there is none
    regions      : (responses,) str, several joined by "|"; "" for none
    excluded     : table of the responses left out: response, participant, region, reason
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
        """Return how often each sound was heard."""
        return self.values.shape[2]

    def align(self, sounds: Sounds) -> Sounds:
        """Return the sounds that have responses, in the responses' order; those without a response are left out and logged.

        raises : ResponsesError naming sounds that have responses and no file
        """
        files, own = set(sounds.names), set(self.sounds)
        missing = [name for name in self.sounds if name not in files]
        if missing:
            raise ResponsesError(
                f"{len(missing)} of {len(self.sounds)} sounds with responses have no sound file: {listed(missing)}; the files are "
                f"{listed(sounds.names)}. Put theirs into the folder wav, by these names, or take their responses out."
            )
        idle = [name for name in sounds.names if name not in own]
        if idle:
            log.warning(
                "%d of %d sounds have no responses and are left out: %s", len(idle), len(sounds), listed(idle)
            )
        return sounds.only(self.sounds)


def read(source: str, folder: str | Path) -> Responses:
    """Read the responses of a folder: components, nh2015, b2021 or table (inputs/brain/README.md says what lies where).

    raises : ResponsesError, or RowsError of rois.csv
    """
    from pipeline.encode import components, table, voxels  # they import this module

    readers = {
        "components": components.read,
        "nh2015": voxels.nh2015,
        "b2021": voxels.b2021,
        "table": table.read,
    }
    if source not in readers:
        raise ResponsesError(f"encode.source is {source!r}; expected {', '.join(readers)}, or simulated.")
    return readers[source](Path(folder))


def clean(
    sounds: Sequence[str],
    values: np.ndarray,
    names: Sequence[str],
    participants: np.ndarray,
    regions: np.ndarray,
    source: str,
    excluded: Iterable[tuple[str, str, str, str]] = (),
) -> Responses:
    """Return checked responses, without those that are not finite or constant; each of them stands in `excluded` with the reason.

    values   : (sounds, responses, repeats), numbers
    regions  : as `Responses`; space around names and empty parts are dropped
    excluded : rows of responses that are left out already
    raises   : ResponsesError where shapes or names disagree, or nothing is left
    """
    sounds, names = tuple(stem(str(name)) for name in sounds), tuple(map(str, names))
    values, regions = np.asarray(values, np.float64), np.array([_tidy(text) for text in regions], dtype=str)
    participants = np.asarray(participants, dtype=str)
    _check(sounds, values, names, participants, regions, source)
    reasons = _reasons(values)
    left_out = [(names[n], participants[n], regions[n], reason) for n, reason in enumerate(reasons) if reason]
    table = pd.DataFrame([*excluded, *left_out], columns=EXCLUDED, dtype=str)
    keep = np.flatnonzero([not reason for reason in reasons])
    if not len(keep):
        first = f"{table['response'][0]}, {table['reason'][0]}"
        raise ResponsesError(
            f"{source}: none of the {len(table)} responses can be used; the first is {first}."
        )
    kept = values if len(keep) == len(names) else values[:, keep]
    return Responses(
        sounds, kept, tuple(names[n] for n in keep), participants[keep], regions[keep], table, source
    )


def _tidy(text: str) -> str:
    return JOINT.join(dict.fromkeys(part.strip() for part in str(text).split(JOINT) if part.strip()))


def _check(
    sounds: Sequence[str],
    values: np.ndarray,
    names: Sequence[str],
    participants: np.ndarray,
    regions: np.ndarray,
    source: str,
) -> None:
    shape, each = (len(sounds), len(names)), {len(names), len(participants), len(regions)}
    if values.ndim != 3 or 0 in values.shape or values.shape[:2] != shape or len(each) > 1:
        raise ResponsesError(
            f"{source}: {len(sounds)} sounds, {len(names)} responses, {len(participants)} participants, {len(regions)} regions, values of "
            f"shape {values.shape}; expected (sounds, responses, repeats), none of them 0. Do these files belong together?"
        )
    for what, every in (("sound", sounds), ("response", names)):
        twice = [name for name, count in Counter(every).items() if count > 1]
        if twice:
            raise ResponsesError(
                f"{source}: {len(twice)} {what}s are there more than once: {listed(twice)}. Each needs a name of its own."
            )
    nameless = participants == ""
    if nameless.any() and not nameless.all():
        raise ResponsesError(
            f"{source}: {int(nameless.sum())} of {len(names)} responses have no participant, the first {names[np.argmax(nameless)]}. "
            f"Name the participant of all of them, or of none."
        )
    for name, text in zip(names, regions, strict=True):
        if RESERVED in text.split(JOINT):
            raise ResponsesError(
                f"{source}: response {name} is in region {RESERVED!r}, which is every response's. Rename it."
            )


def _reasons(values: np.ndarray) -> list[str]:
    """Return why each response cannot be used; "" where it can."""
    reasons = [""] * values.shape[1]
    lost = (~np.isfinite(values)).any(axis=2).sum(axis=0)
    for n in np.flatnonzero(lost):
        reasons[n] = f"not finite in {lost[n]} of {len(values)} sounds"
    with np.errstate(invalid="ignore"):  # of infinite ones, which have their reason
        runs = {"the mean": values.mean(axis=2)} | {
            f"run {run + 1}": values[..., run] for run in range(values.shape[2])
        }
    for what, each in runs.items():
        with np.errstate(invalid="ignore"):
            spread, largest = each.max(axis=0) - each.min(axis=0), np.abs(each).max(axis=0)
        for n in np.flatnonzero(spread <= CONSTANT * largest):
            reasons[n] = reasons[n] or (f"{what} is constant" if values.shape[2] > 1 else "constant")
    return reasons
