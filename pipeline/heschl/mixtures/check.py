"""Check a mixtures table: no clip is masked by its own source, no source is heard in two splits."""

from collections.abc import Iterable, Mapping
from typing import Any


class MixtureError(ValueError):
    """A corpus or table from which mixtures cannot be made; the message says what is missing."""


def check_masks(rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise MixtureError if a clip is masked by its own source or recording."""
    for row in rows:
        for target, background in (("source", "background_sources"), ("target_file", "background_files")):
            if row[target] in row[background]:
                raise MixtureError(f"mixture {row['key']}: {row[target]!r} is both target and background.")


def check_splits(heard: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Raise MixtureError if two splits share a source.

    heard : (split, sources that are heard in a part of it, as targets or in backgrounds)
    """
    splits: dict[str, str] = {}
    for split, sources in heard:
        for source in sorted(sources):
            if splits.setdefault(source, split) != split:
                raise MixtureError(
                    f"source {source!r} is heard in {splits[source]} and {split}; expected one split. "
                    f"The corpus was changed by hand: make it again (dvc repro -f corpus)."
                )
