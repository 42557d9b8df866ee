"""heschl export OUT: write a trained network as files that load without Heschl."""

import argparse
from pathlib import Path

from pipeline.commands.main import command
from pipeline.commands.network import SHARDS, TRAINED, Network, chosen


def main() -> None:
    """Write the folder, and print how exact each file is."""
    given = _parser().parse_args()
    with command("heschl export"):
        _export(given)


def _export(given: argparse.Namespace) -> None:
    from pipeline import work
    from pipeline.export import measure, write
    from pipeline.network.saved import folder_of, load_network, read_config
    from pipeline.release.write import place

    write.check_replaceable(given.out)
    with chosen(given.network, given.trust_code, given.run) as network, place() as staged:
        hearing = load_network(Path(network.folder), trust_code=network.trusted)
        folder = Path(staged) / "network"
        folder.mkdir()
        config = write.stage(folder, hearing, read_config(network.folder))
        card = _card(network, folder_of(network.folder), folder, config, given)
        files, why = write.programs(folder, hearing, not given.without_onnx)
        waveform, clips = measure.clips_of(hearing, given.shards)
        errors = measure.errors(folder, hearing, waveform, files)
        name = given.out.resolve().name
        text = write.readme(name, folder, hearing, config, files, why, clips, errors, card)
        (folder / write.README).write_text(text, encoding="utf-8")
        (folder / write.SUMS).write_text(write.sums(folder), encoding="utf-8")
        work.finish(folder, given.out)
    for each in errors:
        print(f"{given.out / each.file}: logits within {each.largest:.1e} of Heschl's, on {clips}")
    print(f"{given.out}: read its {write.README}{'' if card else ', which has no figures'}.")


def _card(network: Network, of: Path, folder: Path, config: dict, given: argparse.Namespace) -> str:
    """Return the card that comes with a network, or that of this project's; "" if there is neither.

    of : the network's folder; folder : where its weights and config are staged
    """
    from pipeline import pretrained
    from pipeline.release.project import METRICS, Project

    if (of / pretrained.CARD).is_file():
        return (of / pretrained.CARD).read_text(encoding="utf-8")
    if of != TRAINED or not (METRICS / "behavior.json").is_file() or "module" in config["network"]:
        return ""
    return Project.read(of, given.sources).card(given.out.resolve().name, folder, config, 32)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl export",
        description="Write a trained network as a folder that loads without Heschl: a PyTorch program from "
        "the waveform to logits and activations, ONNX, weights (safetensors), config, labels, checksums, and "
        "a README with its card, in the layout of a Hugging Face repository.",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write, such as exported/my-words")
    network = parser.add_mutually_exclusive_group()
    network.add_argument("--run", help="MLflow run of the network, by name or by the start of its id")
    network.add_argument(
        "--network",
        metavar="NETWORK",
        help="folder of the network, or name of a pretrained one (default: models/network)",
    )
    parser.add_argument(
        "--trust-code",
        action="store_true",
        help="run the code that the config of the named network or run imports; only if you trust its maker",
    )
    parser.add_argument(
        "--sources",
        type=Path,
        metavar="FILE",
        help="csv or yaml file with what, made by, license, link, attribution of each source of the "
        "recordings, for the card of this project's network; needed unless all sounds are synthetic",
    )
    parser.add_argument(
        "--shards",
        type=Path,
        default=SHARDS,
        metavar="FOLDER",
        help="whose test clips show how exact the files are; without, noise does (default: %(default)s)",
    )
    parser.add_argument("--without-onnx", action="store_true", help="leave out ONNX")
    return parser


if __name__ == "__main__":
    main()
