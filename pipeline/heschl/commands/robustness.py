"""heschl robustness: how small a change of a sound makes a network name another class."""

import argparse
from pathlib import Path

from heschl.commands.main import command
from heschl.commands.network import chosen, device, parser_of, run_of

OUT = Path("search/robustness")
DESCRIPTION = (
    "Change clips of the test as little as possible so that a trained network names another "
    "class, and compare with noise of the same size; see robustness in params.yaml. After an interruption, "
    "the same command resumes it."
)
CODE = ("robustness", "metamers", "ear", "network", "shards", "audio")  # decides the result


def main() -> None:
    """Attack the network; print its accuracy at each size of a change."""
    given = parser().parse_args()
    with command("heschl robustness"):
        _attack(given)


def _attack(given: argparse.Namespace) -> None:
    from heschl import work
    from heschl.network.custom import source_files
    from heschl.network.saved import check_labels, folder_of, load_network, read_config, weights_of
    from heschl.network.weights import digest_of
    from heschl.params import load, plain
    from heschl.robustness import output, run
    from heschl.robustness.params import RobustnessParams
    from heschl.shards.index import INDEX
    from heschl.shards.read import Shards

    params, test = load("robustness", RobustnessParams), Shards.open(given.shards, "test")
    with chosen(given.network, given.trust_code, given.run) as network:
        folder = Path(network.folder)
        hearing = load_network(folder, device(), trust_code=network.trusted)
        check_labels(hearing, test, folder)
        run_id, weights = run_of(folder), digest_of(weights_of(folder_of(folder)))
        config = read_config(folder)
    about = {"network": network.name, "run_id": run_id, "weights_sha256": weights, "params": plain(params)}
    code = work.code(*(f"heschl.{name}" for name in CODE)) + source_files(hearing.params.network)
    of_network = {"weights": weights, "config": config}
    progress = work.folder("robustness", about["params"] | of_network, [given.shards / INDEX], code)
    clips = run.clips_of(hearing, test, params, device())
    with work.held(progress):
        output.clear(given.out)
        table, heard = run.run(hearing, clips, params, given.out, progress)
        files = output.write(given.out, table, heard, about)
    work.drop_abandoned(progress)
    if run_id:
        output.log(run_id, table, files)
    print("\n".join(output.lines(table)))
    print(f"Sounds and tables: {given.out}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    return parser_of("robustness", DESCRIPTION, OUT)


if __name__ == "__main__":
    main()
