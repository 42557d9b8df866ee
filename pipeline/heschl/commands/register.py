"""heschl register NAME: add a trained network to MLflow's model registry."""

import argparse
from importlib import metadata
from pathlib import Path

from heschl.commands.main import command
from heschl.commands.network import add_network, chosen, run_of


def main() -> None:
    """Register a version of the network, and print how it is loaded."""
    given = parser().parse_args()
    with command("heschl register"):
        _register(given)


def _register(given: argparse.Namespace) -> None:
    from heschl.export import write
    from heschl.export.joined import Joined, columns, tidy
    from heschl.export.program import example
    from heschl.network.saved import folder_of, load_network, read_config
    from heschl.release.write import place
    from heschl.tracking import registry

    with chosen(given.network, given.trust_code, given.run) as network, place() as staged:
        hearing = load_network(Path(network.folder), trust_code=network.trusted)
        write.stage(Path(staged), hearing, read_config(network.folder))
        named = columns(hearing)
        program = registry.Program(
            Joined(hearing).eval(), example(hearing).numpy().round(2), len(named), tidy
        )
        version = registry.register(
            given.name,
            program,
            sorted(Path(staged).iterdir()),
            network.run or run_of(folder_of(network.folder)),
            {"columns": named, "sample_rate": hearing.sound.sample_rate},
            [f"{each}=={metadata.version(each).split('+')[0]}" for each in ("mlflow", "torch")],
            given.alias,
        )
    named = f"models:/{given.name}@{given.alias[0]}" if given.alias else f"models:/{given.name}/{version}"
    print(f"{given.name} version {version}: {network.name}")
    print(f"heschl recognize --network {named} FILE")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl register",
        description="Add a trained network to MLflow's model registry, as a version of NAME. MLflow loads "
        "and serves it without Heschl: from waveforms to the logits of all tasks. Commands that answer with "
        "a network, such as heschl recognize, take models:/NAME/VERSION and models:/NAME@ALIAS as --network.",
    )
    made.add_argument("name", metavar="NAME", help="letters, digits, _ and -")
    made.add_argument(
        "--alias",
        action="append",
        default=[],
        metavar="ALIAS",
        help="name for this version, such as best, which another version may take over later; repeatable",
    )
    add_network(made)
    return made


if __name__ == "__main__":
    main()
