"""heschl metamers: make sounds that a layer of a network cannot tell from natural ones."""

import argparse
from pathlib import Path
from typing import Any

from heschl.commands.main import command
from heschl.commands.network import chosen, device, parser_of, run_of

OUT = Path("search/metamers")
DESCRIPTION = (
    "Make sounds that a layer of a trained network cannot tell from natural ones, for the "
    "layers of metamers.layers in params.yaml. After an interruption, the same command resumes it."
)
CODE = ("metamers", "ear", "network", "shards", "audio")  # decides the sounds


def main() -> None:
    """Make the metamers; print what was found for each layer."""
    given = parser().parse_args()
    with command("heschl metamers"):
        _make(given)


def _make(given: argparse.Namespace) -> None:
    from heschl import work
    from heschl.metamers import make, output, sounds
    from heschl.metamers.params import MetamerParams
    from heschl.network.custom import source_files
    from heschl.network.saved import check_labels, folder_of, load_network, read_config, weights_of
    from heschl.network.weights import digest_of
    from heschl.params import load, plain
    from heschl.shards.index import INDEX
    from heschl.shards.read import Shards

    params = load("metamers", MetamerParams)
    test, train = Shards.open(given.shards, "test"), Shards.open(given.shards, "train")
    with chosen(given.network, given.trust_code, given.run) as network:
        folder = Path(network.folder)
        hearing = load_network(folder, device(), trust_code=network.trusted)
        check_labels(hearing, test, folder)
        config, run_id = read_config(folder), run_of(folder)
        weights = digest_of(weights_of(folder_of(folder)))
        about = {
            "network": network.name,
            "run_id": run_id,
            "weights_sha256": weights,
            "sound": hearing.sound.record(),
            "labels": hearing.labels,
            "params": plain(params),
        }
    others = [_other(name, given, test) for name in given.agree]
    code = work.code(*(f"heschl.{name}" for name in CODE)) + source_files(hearing.params.network)
    of_networks = {"weights": weights, "config": config, "others": sorted(digest for _, digest in others)}
    progress = work.folder("metamers", about["params"] | of_networks, [given.shards / INDEX], code)
    rate, found = hearing.sound.sample_rate, []
    with work.held(progress):
        output.clear(given.out)
        natural = sounds.natural_sounds(
            hearing, test, params.sounds, params.seed, params.batch_size, [each for each, _ in others]
        )
        output.write_natural(given.out, natural, rate)
        for made in make.make(hearing, natural, train, params, progress):
            output.write_sounds(given.out, made, rate)
            print(output.line(made), flush=True)
            found.append(made)
        files = output.write_tables(given.out, found, about)
    if run_id:
        output.log(run_id, found, files)
    print(f"Sounds and tables: {given.out}")


def _other(name: str, given: argparse.Namespace, test: Any) -> tuple[Any, str]:
    """Return a network that must name the sounds, too, and the digest of its weights."""
    from heschl.network.saved import check_labels, folder_of, load_network, weights_of
    from heschl.network.weights import digest_of

    with chosen(name, given.trust_code) as network:
        folder = Path(network.folder)
        hearing = load_network(folder, device(), trust_code=network.trusted)
        check_labels(hearing, test, folder)
        return hearing, digest_of(weights_of(folder_of(folder)))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = parser_of("metamers", DESCRIPTION, OUT)
    made.add_argument(
        "--agree",
        action="append",
        default=[],
        metavar="NETWORK",
        help="take only sounds that this network names correctly, too, so that the metamers of both are of "
        "the same sounds; may be repeated",
    )
    return made


if __name__ == "__main__":
    main()
