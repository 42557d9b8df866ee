"""heschl compare A B: how alike two networks hear, condition by condition and clip by clip."""

import argparse
import math

from pipeline.behavior import agreement
from pipeline.behavior.accuracy import BehaviorParams
from pipeline.commands.main import command
from pipeline.params import load
from pipeline.tracking.find import answers_of


def main() -> None:
    """Print, for each task, both accuracies, r and rmse over conditions, and the consistency of errors."""
    given = _parser().parse_args()
    with command("compare"):
        params = load("behavior", BehaviorParams)
        table = agreement.networks(answers_of(given.a), answers_of(given.b), params)
        if given.json:
            print(table.to_json(orient="records", indent=1))
            return
        for row in table.to_dict("records"):
            print(f"{row['task']}: {row['n']} clips in {row['conditions']} conditions")
            print(f"  right                        {row['a']:.1%}, {row['b']:.1%}")
            print(f"  same first answer            {row['same']:.1%}")
            print(f"  both right or both wrong     {row['agree']:.1%}")
            for name, text in COMPARED.items():
                print(f"  {text:<28} {row[name]:.2f}{_interval(row, name)}")


COMPARED = {
    "r": "r over conditions",
    "rmse": "rmse over conditions",
    "kappa": "kappa, all clips",
    "within": "kappa, within conditions",
}


def _interval(row: dict, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if math.isnan(low) else f" ({low:.2f} to {high:.2f})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl compare",
        description="How alike two networks hear the same test clips: r and rmse over conditions, and Cohen's kappa of right and wrong, "
        "0 for independent errors, 1 for the same. Intervals are of sources drawn anew.",
    )
    for name in "ab":
        parser.add_argument(
            name,
            metavar=name.upper(),
            help="MLflow run: its name, or how its id begins; or a table such as metrics/clips.csv",
        )
    parser.add_argument("--json", action="store_true", help="the numbers as JSON")
    return parser


if __name__ == "__main__":
    main()
