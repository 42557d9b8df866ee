"""heschl align FOLDER: when each word of recorded speech was spoken."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from heschl.commands.main import command

if TYPE_CHECKING:
    from heschl.alignment.make import Summary


def main() -> None:
    """Write words.csv, and say what it holds."""
    given = parser().parse_args()
    with command("heschl align"):
        _align(given)


def _align(given: argparse.Namespace) -> None:
    from heschl.alignment import make
    from heschl.alignment.aligner import Model

    out = Path(given.out or Path(given.folder, "words.csv"))
    model = Model(given.model, given.dictionary)
    summary = make.make(given.folder, out, given.times, model, given.confidence)
    print("\n".join(_lines(out, make.left_out(out), summary)))


def _lines(out: Path, left_out: Path, summary: "Summary") -> list[str]:
    words, kinds = _count(summary.words, "word"), _count(summary.kinds, "different one")
    utterances, speakers = _count(summary.utterances, "utterance"), _count(summary.speakers, "speaker")
    lines = [f"{out}: {words} ({kinds}) in {utterances} by {speakers} ({summary.layout})"]
    if summary.confidence is not None:
        lines.append(f"  median confidence {summary.confidence:.2f}")
    if summary.unsure:
        lines.append(f"  {_count(summary.unsure, 'word')} left out, less confident")
    if summary.left_out:
        lines.append(f"{left_out}: {_count(summary.left_out, 'utterance')} without words, and why")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _confidence(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a number from 0 to 1")
    return value


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl align",
        description="Find when each word of recorded speech was spoken, from the transcripts, and write "
        "words.csv for a corpus of recordings.",
    )
    made.add_argument(
        "folder",
        metavar="FOLDER",
        help="recordings with transcripts: LibriSpeech, Common Voice, .lab or .txt files beside sounds in a "
        "folder per speaker, or a table transcripts.csv",
    )
    made.add_argument(
        "--times",
        metavar="PATH",
        help="file or folder of known word times, instead of finding them: TextGrids, LibriSpeech "
        "alignments, CTM, lhotse supervisions, csv",
    )
    made.add_argument("--out", metavar="FILE.csv", help="table to write (default: FOLDER/words.csv)")
    made.add_argument(
        "--confidence",
        type=_confidence,
        default=0.0,
        metavar="C",
        help="leave out words with a lower confidence, 0 to 1 (default: %(default)s)",
    )
    made.add_argument(
        "--model", metavar="FOLDER", help="acoustic model of pocketsphinx (default: American English)"
    )
    made.add_argument("--dictionary", metavar="FILE", help="pronunciations, in the phones of the model")
    return made


if __name__ == "__main__":
    main()
