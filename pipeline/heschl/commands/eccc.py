"""heschl eccc FOLDER: a network beside listeners on the English Consistent Confusions Corpus."""

import argparse
import sys
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heschl.commands.main import command
from heschl.commands.network import chosen, device, positive

if TYPE_CHECKING:
    from heschl.eccc.answers import Answers
    from heschl.eccc.table import Clip

TOP, CONFIDENCE, SEED = 5, 0.95, 1
NEAR_DB = 0.1  # by which the SNR of a file may differ from the table; the published files: 0.005
MEASURES = {
    "target": "names the target",
    "first": "names the listeners' confusion",
    "among": "has it among its first {top}",
}
EXCHANGED = {
    "exchanged": "words exchanged between clips",
    "exchanged_same_target": "... of the same target",
}
WIDTH = 34  # characters of the first column


def main() -> None:
    """Print how often the network names the target and the listeners' confusion; write the clips if asked."""
    given = parser().parse_args()
    with command("heschl eccc"):
        _compare(given)


def _compare(given: argparse.Namespace) -> None:
    from heschl.eccc import answers, summary, table
    from heschl.network.saved import load_network
    from heschl.tables import write_csv

    with chosen(given.network, given.trust_code) as network:
        hearing = load_network(network.folder, device(), network.trusted)
    path = table.find(given.folder)
    clips, words = table.read(path), answers.vocabulary(hearing)
    print(f"Network: {network.name}: {len(words)} words")
    print("\n".join(_left_out(path, clips, words)))
    found = answers.answers(hearing, clips, given.folder, device())
    print(_levels(found))
    rows = summary.summary(found, given.top, CONFIDENCE, SEED)
    print("\n".join(line for row in rows.to_dict("records") for line in _lines(row, given.top)))
    if given.out:
        print(f"\nClip by clip: {write_csv(Path(given.out), found.clips)}")


def _left_out(path: Path, clips: "Sequence[Clip]", words: list[str]) -> list[str]:
    """Return how many clips there are, how many are answered, and why others are not, as lines."""
    answered = [clip for clip in clips if clip.target in words]
    unknown = sum(clip.confusion not in words for clip in answered)
    return [
        f"{path}: {len(clips)} clips",
        f"  {len(clips) - len(answered):5} left out: their target is not in the network's vocabulary",
        f"  {len(answered):5} answered; {unknown} of them without the listeners' confusion in the vocabulary",
    ]


def _levels(found: "Answers") -> str:
    """Return how far the SNRs of the files are from those of the table, as a line; warn if they are far."""
    off = (found.clips["achieved_snr_db"] - found.clips["snr_db"]).abs()
    far = found.clips["id"][~(off <= NEAR_DB)]
    if len(far):
        warning = (
            f"heschl eccc: {len(far)} of {len(off)} files differ from the SNR of the table by more than "
            f"{NEAR_DB} dB, the first of ID {far.iloc[0]}. Are they the published files, with speech on the "
            "left and the masker on the right?"
        )
        print(warning, file=sys.stderr)
    return f"SNR of the files: at most {off.max():.3f} dB from the table"


def _lines(row: Mapping[Hashable, Any], top: int) -> list[str]:
    """Return one measure, a row of what `summary` returns, as lines of text."""
    text = MEASURES[row["measure"]].format(top=top)
    if not row["clips"]:
        return ["", f"{text:<{WIDTH}}  no clip"]
    share = f"{_percent(row['share'])} ({100 * row['low']:.1f} to {100 * row['high']:.1f})"
    lines = [
        "",
        f"{text:<{WIDTH}}{share}, {row['clips']} clips of {row['targets']} targets",
        f"{'  answers in random order':<{WIDTH}}{_percent(row['chance'])}",
    ]
    for name, text in EXCHANGED.items():
        p = row[f"p{name.removeprefix('exchanged')}"]
        lines += [f"  {text:<{WIDTH - 2}}{_percent(row[name])}  p {p:.4f}"] if row[name] == row[name] else []
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:6.1f} %"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl eccc",
        description="Compare a network with listeners, clip by clip, on words in noise that the listeners "
        "misheard alike: the English Consistent Confusions Corpus.",
    )
    made.add_argument("folder", metavar="FOLDER", help="unpacked folder of the corpus, EnglishCCC_v1.2")
    made.add_argument(
        "--network",
        metavar="NETWORK",
        help="folder of the network, name of a pretrained one, or models:/NAME@ALIAS (default: as of "
        "heschl recognize)",
    )
    made.add_argument(
        "--trust-code",
        action="store_true",
        help="run the code that the config of the named network imports; only if you trust its maker",
    )
    made.add_argument(
        "--top",
        type=positive,
        default=TOP,
        metavar="N",
        help="answers among which the listeners' confusion is looked for (default: %(default)s)",
    )
    made.add_argument("--out", metavar="FILE.csv", help="table of the clips to write")
    return made


if __name__ == "__main__":
    main()
