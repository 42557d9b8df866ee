"""Responses of a brain to sounds, checked, and without those that cannot be used."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heschl.activations.names import listed, stem
from heschl.activations.sounds import Sounds
from heschl.encode.columns import EXCLUDED
from heschl.encode.exclusions import reasons, remedy

log = logging.getLogger(__name__)

SEPARATOR = "|"  # between the regions of one response
ALL = "all"  # the region of every response
SIMULATED = "simulated"  # source of responses that `simulated.simulate` makes instead of reading a folder


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
    why = reasons(values, copies=source == SIMULATED)
    left_out = [(names[n], participants[n], regions[n], reason) for n, reason in enumerate(why) if reason]
    table = pd.DataFrame([*excluded, *left_out], columns=list(EXCLUDED), dtype=str)
    keep = np.flatnonzero([not reason for reason in why])
    if not len(keep):
        first = f"{table['response'][0]}, {table['reason'][0]}"
        raise ResponsesError(
            f"{source}: none of the {len(table)} responses can be used. The first is {first}. "
            f"{remedy(sounds, values)}"
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
