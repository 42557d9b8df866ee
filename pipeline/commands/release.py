"""heschl release NAME: write a trained network into the folder of those that come with Heschl."""

import argparse
import sys
from pathlib import Path
from typing import Any

from pipeline.commands.main import command
from pipeline.commands.network import TRAINED

METRICS, CORPUS, SHARDS = Path("metrics"), Path("data/corpus"), Path("data/shards")  # of this project


def main() -> None:
    """Write weights, config, params and card to a folder, and print what it has."""
    given = _parser().parse_args()
    with command("heschl release"):
        _release(given)


def _release(given: argparse.Namespace) -> None:
    from pipeline import pretrained, tables
    from pipeline.network.saved import RUN_ID, load_network, read_config
    from pipeline.params import FILE, load_all
    from pipeline.release import card, checks, recipe, sources, write
    from pipeline.tracking import origin_of

    write.check_name(given.name)
    out = (given.out or pretrained.FOLDER) / given.name
    config = read_config(given.network)
    params = recipe.as_trained(load_all(), config)
    checks.check_table(config, given.network / pretrained.CONFIG)
    checks.check_params(config, params, FILE)
    checks.check_metrics(config["labels"], METRICS)
    provenance = tables.read_json(CORPUS / "provenance.json")
    listed = sources.read(given.sources) if given.sources else []
    checks.check_sources(listed, provenance)
    state = load_network(given.network).network.state_dict()
    content = write.weights(state, given.half)
    run = (given.network / RUN_ID).read_text().strip() if (given.network / RUN_ID).is_file() else ""
    with write.place() as place:
        folder = Path(place) / given.name
        folder.mkdir()
        config = write.stage(folder, content, config, recipe.preset(params, f"The params of {given.name}"))
        text = card.render(
            card.Release(
                name=given.name, config=config, bytes=len(content), bits=16 if given.half else 32,
                params=params, provenance=provenance, sources=listed, metrics=METRICS,
                checked=_answered(folder), origin=origin_of(run) if run else None,
            )
        )  # fmt: skip
        (folder / pretrained.CARD).write_text(text, encoding="utf-8")
        write.finish(folder, out)
    print(f"{out}: {len(content):,} bytes of weights. Read its card: {out / pretrained.CARD}")


def _answered(folder: Path) -> int:
    """Return the number of test clips that the network answers as the metrics say; 0 without shards."""
    from pipeline.evaluate.params import EvaluateParams
    from pipeline.network.saved import load_network
    from pipeline.params import load
    from pipeline.release.checks import check_answers
    from pipeline.shards.index import INDEX

    if not (SHARDS / INDEX).is_file():
        print(
            f"heschl release: without {SHARDS} it is not checked that {METRICS} are of this network.",
            file=sys.stderr,
        )
        return 0
    params: Any = load("evaluate", EvaluateParams)
    return check_answers(load_network(folder), folder, SHARDS, METRICS, params)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl release",
        description="Write the trained network of this project as a folder that can be given away: weights "
        "(safetensors, at most 10 MB), config, params, and a card with its sources, figures and limits, "
        "filled from models, metrics and data. Run `dvc repro` first.",
    )
    parser.add_argument("name", metavar="NAME", help="of the network, such as real-words")
    parser.add_argument(
        "--network",
        type=Path,
        default=TRAINED,
        metavar="FOLDER",
        help="folder of the trained network (default: %(default)s)",
    )
    parser.add_argument(
        "--sources",
        type=Path,
        metavar="FILE",
        help="csv or yaml file with what, made by, license, link, attribution of each source of the "
        "recordings; needed unless all sounds are synthetic",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write FOLDER/NAME (default: pipeline/pretrained, where it is found by its name)",
    )
    parser.add_argument("--half", action="store_true", help="store the weights in float16, half the size")
    return parser


if __name__ == "__main__":
    main()
