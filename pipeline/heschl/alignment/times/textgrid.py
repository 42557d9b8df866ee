"""TextGrids of Praat, as the Montreal Forced Aligner writes them: a tier "words" in a file per utterance."""

from collections.abc import Iterator
from pathlib import Path

from heschl.alignment.times.form import Aligned, Form, word
from heschl.alignment.words import AlignmentError


def _read(path: Path, name: str) -> Iterator[Aligned]:
    try:
        from praatio import textgrid
        from praatio.utilities.errors import PraatioException
    except ImportError:
        raise AlignmentError("TextGrids need praatio: pip install praatio") from None
    try:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    except (PraatioException, ValueError, IndexError, KeyError, OSError) as error:
        raise AlignmentError(f"{path} cannot be read as a TextGrid ({error}). Export it again.") from None
    tiers = [tier for tier in grid.tierNames if tier.lower() == "words" or tier.lower().endswith(" - words")]
    if len(tiers) != 1:
        names = ", ".join(map(repr, grid.tierNames)) or "none"
        raise AlignmentError(f"{path} has the tiers {names}; expected one tier 'words', of one speaker.")
    entries = grid.getTier(tiers[0]).entries
    yield name, [word(str(path), label, start_s, end_s) for start_s, end_s, label in entries]


TEXTGRID = Form("TextGrids", ("*.TextGrid", "*.textgrid"), _read)
