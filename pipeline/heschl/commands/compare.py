"""heschl compare A B: compare the answers of two trained networks to the same test clips."""

import argparse
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heschl.commands.main import command
from heschl.commands.network import REGISTERED, SHARDS, chosen

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "r": "r over conditions",
    "rmse": "rmse over conditions",
    "kappa": "kappa, all clips",
    "within": "kappa, within conditions",
}


def main() -> None:
    """Print for each task both accuracies, r and rmse over conditions, and the consistency of errors."""
    given = parser().parse_args()
    with command("heschl compare"):
        from heschl.behavior.networks import compare_networks
        from heschl.behavior.params import BehaviorParams
        from heschl.params import load

        params = load("behavior", BehaviorParams)
        table = compare_networks(_answers(given.a, given), _answers(given.b, given), params)
        if given.json:
            print(table.to_json(orient="records", indent=1))
        else:
            print("\n".join(line for row in table.to_dict("records") for line in _lines(row)))


def _answers(named: str, given: argparse.Namespace) -> "pd.DataFrame":
    """Return the answers of a table or a run, or let a network answer the test clips of this project."""
    from heschl import pretrained
    from heschl.evaluate.recorded import answers_of

    network = (Path(named) / pretrained.CONFIG).is_file() or named.startswith(REGISTERED)
    if network or (not Path(named).exists() and named in pretrained.names()):
        return _answered(named, given.trust_code)
    return answers_of(named)


def _answered(network: str, trust_code: bool) -> "pd.DataFrame":
    """Return the answers of a network to the test clips; raises NetworkError unless its labels fit."""
    from heschl.evaluate.params import EvaluateParams
    from heschl.evaluate.predict import answer
    from heschl.machine import device_of, load_machine
    from heschl.network.saved import check_labels, load_network
    from heschl.params import load
    from heschl.shards.read import Shards

    device, shards = device_of(load_machine()), Shards.open(SHARDS, "test")
    with chosen(network, trust_code) as found:
        hearing = load_network(found.folder, device, trust_code)
    check_labels(hearing, shards, network)
    return answer(hearing, shards, load("evaluate", EvaluateParams), device).clips


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


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl compare",
        description="Compare the answers of two trained networks to the same test clips: accuracy, "
        "correlation (r) and rmse over conditions, and Cohen's kappa of correct answers (0 if the networks "
        "err independently, 1 if they err on the same clips). Confidence intervals come from resampled "
        "sources.",
    )
    for name in "ab":
        made.add_argument(
            name,
            metavar=name.upper(),
            help="MLflow run, by name or by the start of its id; a table such as metrics/clips.csv; or a "
            "network, by its folder, as the name of a pretrained one or as models:/NAME@ALIAS, which then "
            f"answers the test clips of {SHARDS}",
        )
    made.add_argument(
        "--trust-code",
        action="store_true",
        help="run the code that the config of a network in a folder imports; only if you trust its maker",
    )
    made.add_argument("--json", action="store_true", help="print JSON instead of text")
    return made


if __name__ == "__main__":
    main()
