"""Check a mixtures table: no clip is masked by its own source, no source is heard in two splits."""

import pandas as pd


class MixtureError(ValueError):
    """A corpus or table from which mixtures cannot be made; the message says what is missing."""


def check(frame: pd.DataFrame) -> None:
    """Check a mixtures table.

    raises : MixtureError if a clip is masked by its own source or recording, or if two splits share a source
    """
    _check_masks(frame, "source", "background_sources")
    _check_masks(frame, "target_file", "background_files")
    shared = _splits_of_sources(frame).loc[lambda splits: splits.map(len) > 1]
    if len(shared):
        raise MixtureError(
            f"source {shared.index[0]!r} is heard in {' and '.join(shared.iloc[0])}; expected one split. "
            f"The corpus was changed by hand: make it again (dvc repro -f corpus)."
        )


def _check_masks(frame: pd.DataFrame, target: str, background: str) -> None:
    for key, one, others in zip(frame["key"], frame[target], frame[background], strict=True):
        if one in others:
            raise MixtureError(f"mixture {key}: {one!r} is both target and background.")


def _splits_of_sources(frame: pd.DataFrame) -> pd.Series:
    """Return the list of splits in which each source is heard, as a target or in a background."""
    masks = frame[["split", "background_sources"]].explode("background_sources").dropna()
    heard = pd.concat([frame[["split", "source"]], masks.set_axis(["split", "source"], axis=1)])
    return heard.drop_duplicates().groupby("source")["split"].agg(list)
