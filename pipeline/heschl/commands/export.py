"""heschl export OUT: write a trained network as files that load without Heschl."""

import argparse
from pathlib import Path
from typing import Any

from heschl.commands.main import command
from heschl.commands.network import SHARDS, TRAINED, add_network, add_sources, chosen, run_of


def main() -> None:
    """Write the folder, and print how exact each file is."""
    given = parser().parse_args()
    with command("heschl export"):
        _export(given)


def _export(given: argparse.Namespace) -> None:
    from heschl import pretrained, work
    from heschl.export import measure, onnx, write
    from heschl.network.saved import folder_of, load_network, read_config
    from heschl.release.write import place

    write.check_replaceable(given.out)
    if not given.without_onnx:
        onnx.runtime()
    with chosen(given.network, given.trust_code, given.run) as network, place() as staged:
        print(f"network: {network.name}", flush=True)
        hearing = load_network(Path(network.folder), trust_code=network.trusted)
        waveform, clips = measure.clips_of(hearing, given.shards or SHARDS, bool(given.shards))
        folder = Path(staged) / "network"
        folder.mkdir()
        config = write.stage(folder, hearing, read_config(network.folder))
        card = write.without_commands(_card(folder_of(network.folder), folder, config, given))
        made = write.programs(folder, hearing, not given.without_onnx)
        errors = measure.errors(folder, hearing, waveform, made.files)
        name = given.out.resolve().name
        run_id = network.run or run_of(folder_of(network.folder))
        of = network.registered or (f"run {run_id[:8]}" if run_id else folder_of(network.folder).name)
        text = write.readme(name, of, folder, hearing, config, made, clips, errors, card)
        (folder / write.README).write_text(text, encoding="utf-8")
        if card:
            (folder / pretrained.CARD).write_text(card, encoding="utf-8")
        (folder / write.SUMS).write_text(write.sums(folder), encoding="utf-8")
        write.check_replaceable(given.out)
        work.finish(folder, given.out)
    for each in errors:
        print(
            f"{given.out / each.file}: logits within {each.largest:.1e} of Heschl's, {each.same:.0%} of the "
            f"first answers the same, on {clips}"
        )
    print(f"{given.out}: read its {write.README}{'' if card else ', which has no figures'}.")


def _card(of: Path, folder: Path, config: dict[str, Any], given: argparse.Namespace) -> str:
    """Return the card that comes with a network, or that of this project's; "" if there is neither.

    of : the network's folder; folder : where its weights and config are staged
    """
    from heschl import pretrained
    from heschl.export.program import ExportError
    from heschl.release.project import METRICS, Project

    own = of == TRAINED and (METRICS / "behavior.json").is_file() and "module" not in config["network"]
    if given.sources and not own:
        raise ExportError(
            f"--sources is for the card of {TRAINED} with its {METRICS}; the card of another network is the "
            f"{pretrained.CARD} in its folder. Leave --sources out."
        )
    if (of / pretrained.CARD).is_file():
        return (of / pretrained.CARD).read_text(encoding="utf-8")
    return Project.read(of, given.sources).card(given.out.resolve().name, folder, config, 32) if own else ""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl export",
        description="Write a trained network as a folder that loads without Heschl: a PyTorch program from "
        "the waveform to logits and activations, ONNX, weights (safetensors), config, labels, checksums, and "
        "a README with its card, in the layout of a Hugging Face repository.",
    )
    made.add_argument("out", type=Path, metavar="OUT", help="folder to write, such as exported/my-words")
    add_network(made)
    add_sources(made, ", for the card of this project's network")
    made.add_argument(
        "--shards",
        type=Path,
        metavar="FOLDER",
        help=f"whose test clips show how exact the files are (default: {SHARDS} if they fit, else noise)",
    )
    made.add_argument("--without-onnx", action="store_true", help="leave out ONNX")
    return made


if __name__ == "__main__":
    main()
