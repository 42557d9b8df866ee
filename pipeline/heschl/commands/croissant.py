"""heschl croissant: describe the data set in Croissant, so that others find and load it."""

import argparse
from pathlib import Path

from heschl.commands.main import command
from heschl.commands.network import SHARDS, add_sources

MIXTURES, PROVENANCE = Path("data/mixtures/mixtures.parquet"), Path("data/corpus/provenance.json")
OUT = Path("croissant.json")


def main() -> None:
    """Write the description."""
    given = parser().parse_args()
    with command("heschl croissant"):
        from heschl import tables
        from heschl.export import croissant
        from heschl.release.checks import check_sources
        from heschl.release.sources import read

        provenance = tables.read_json(PROVENANCE)
        listed = read(given.sources) if given.sources else []
        check_sources(listed, provenance)
        found = croissant.describe(
            SHARDS, MIXTURES, provenance, listed, given.name, given.url, given.out.absolute().parent
        )
        croissant.write(given.out, found)
        files = sum("contentUrl" in each for each in found["distribution"])
        print(f"{given.out}: {files} files, named relative to {given.url or given.out.absolute().parent}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl croissant",
        description="Describe the shards and the table of mixtures of this project in Croissant (JSON-LD), "
        "with checksums, counts, labels, licenses and sources, so that data-set search engines and "
        "mlcroissant can read them.",
    )
    made.add_argument("--out", type=Path, default=OUT, metavar="FILE", help="default: %(default)s")
    made.add_argument("--name", default="heschl-mixtures", help="of the data set (default: %(default)s)")
    made.add_argument(
        "--url", default="", help="where the folder of FILE will be; without, files are named relative to it"
    )
    add_sources(made)
    return made


if __name__ == "__main__":
    main()
