"""heschl compare A B: compare the answers of two trained networks to the same test clips."""

import argparse
import math
from collections.abc import Hashable, Mapping
from typing import Any

from pipeline.commands.main import command

MEASURES = {
    "r": "r over conditions",
    "rmse": "rmse over conditions",
    "kappa": "kappa, all clips",
    "within": "kappa, within conditions",
}


def main() -> None:
    """Print for each task both accuracies, r and rmse over conditions, and the consistency of errors."""
    given = _parser().parse_args()
    with command("heschl compare"):
        from pipeline.behavior.networks import compare_networks
        from pipeline.behavior.params import BehaviorParams
        from pipeline.evaluate.recorded import answers_of
        from pipeline.params import load

        params = load("behavior", BehaviorParams)
        table = compare_networks(answers_of(given.a), answers_of(given.b), params)
        if given.json:
            print(table.to_json(orient="records", indent=1))
        else:
            print("\n".join(line for row in table.to_dict("records") for line in _lines(row)))


def _lines(row: Mapping[Hashable, Any]) -> list[str]:
    """Return the comparison in one task, a row of what `compare_networks` returns, as lines of text."""
    measures = [f"  {text:<28} {row[name]:.2f}{_interval(row, name)}" for name, text in MEASURES.items()]
    return [
        f"{row['task']}: {row['n']} clips in {row['conditions']} conditions",
        f"  accuracy                     {row['a']:.1%}, {row['b']:.1%}",
        f"  same first answer            {row['same']:.1%}",
        f"  both right or both wrong     {row['agree']:.1%}",
        *measures,
    ]


def _interval(row: Mapping[Hashable, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if math.isnan(low) else f" ({low:.2f} to {high:.2f})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl compare",
        description="Compare the answers of two trained networks to the same test clips: accuracy, "
        "correlation (r) and rmse over conditions, and Cohen's kappa of correct answers (0 if the networks "
        "err independently, 1 if they err on the same clips). Confidence intervals come from resampled "
        "sources.",
    )
    for name in "ab":
        parser.add_argument(
            name,
            metavar=name.upper(),
            help="MLflow run, by name or by the start of its id, or a table such as metrics/clips.csv",
        )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    return parser


if __name__ == "__main__":
    main()
