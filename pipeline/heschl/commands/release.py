"""heschl release NAME: write a trained network into the folder of those that come with Heschl."""

import argparse
from pathlib import Path

from heschl.commands.main import command
from heschl.commands.network import TRAINED, add_sources


def main() -> None:
    """Write weights, config, params and card to a folder, and print what it has."""
    given = parser().parse_args()
    with command("heschl release"):
        _release(given)


def _release(given: argparse.Namespace) -> None:
    from heschl import pretrained
    from heschl.network.saved import load_network
    from heschl.release import recipe, write
    from heschl.release.project import Project

    write.check_name(given.name)
    out = (given.out or pretrained.FOLDER) / given.name
    project = Project.read(given.network, given.sources)
    content = write.weights(load_network(given.network).network.state_dict(), given.half)
    with write.place() as place:
        folder = Path(place) / given.name
        folder.mkdir()
        preset = recipe.preset(project.params, f"The params of {given.name}")
        config = write.stage(folder, content, project.config, preset)
        text = project.card(given.name, folder, config, 16 if given.half else 32)
        (folder / pretrained.CARD).write_text(text, encoding="utf-8")
        write.finish(folder, out)
    print(f"{out}: {len(content):,} bytes of weights. Read its card: {out / pretrained.CARD}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl release",
        description="Write the trained network of this project as a folder that can be given away: weights "
        "(safetensors, at most 10 MB), config, params, and a card with its sources, figures and limits, "
        "filled from models, metrics and data. Run `dvc repro` first.",
    )
    made.add_argument("name", metavar="NAME", help="of the network, such as real-words")
    made.add_argument(
        "--network",
        type=Path,
        default=TRAINED,
        metavar="FOLDER",
        help="folder of the trained network (default: %(default)s)",
    )
    add_sources(made)
    made.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write FOLDER/NAME (default: pipeline/heschl/pretrained, where it is found by its name)",
    )
    made.add_argument("--half", action="store_true", help="store the weights in float16, half the size")
    return made


if __name__ == "__main__":
    main()
