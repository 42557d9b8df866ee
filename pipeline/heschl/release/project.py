"""The network that a project trained, with what its card needs: checked to belong together, then rendered."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heschl import pretrained, tables
from heschl.evaluate.params import EvaluateParams
from heschl.network.saved import RUN_ID, load_network, read_config
from heschl.params import FILE, load, load_all
from heschl.release import checks, recipe
from heschl.release.card import Release, render
from heschl.release.sources import Source, read
from heschl.shards.index import INDEX
from heschl.tracking import origin_of

METRICS, CORPUS, SHARDS = Path("metrics"), Path("data/corpus"), Path("data/shards")  # of a project


@dataclass(frozen=True, eq=False)
class Project:
    """A trained network and its project.

    network    : its folder
    config     : of the network; params : of its training
    provenance : of the corpus; sources : of its recordings
    """

    network: Path
    config: Mapping[str, Any]
    params: Mapping[str, Any]
    provenance: Mapping[str, Any]
    sources: Sequence[Source]

    @classmethod
    def read(cls, network: Path, sources: Path | None) -> "Project":
        """Read the project in this folder.

        sources : file that lists them; None: all sounds are synthetic
        raises  : ReleaseError unless network, params, metrics and sources belong together
        """
        config = read_config(network)
        params = recipe.as_trained(load_all(), config)
        checks.check_table(config, network / pretrained.CONFIG)
        checks.check_params(config, params, FILE)
        checks.check_metrics(config["labels"], METRICS)
        provenance = tables.read_json(CORPUS / "provenance.json")
        listed = read(sources) if sources else []
        checks.check_sources(listed, provenance)
        return cls(network, config, params, provenance, listed)

    def card(self, name: str, folder: Path, config: Mapping[str, Any], bits: int) -> str:
        """Return the card of a staged folder, whose weights answer the test clips once more.

        config : with the sha256 of the staged weights; bits : of a weight
        raises : ReleaseError if the answers are not those of the metrics
        """
        path = self.network / RUN_ID
        run = path.read_text().strip() if path.is_file() else ""
        return render(
            Release(
                name=name, config=config, bytes=(folder / pretrained.WEIGHTS).stat().st_size, bits=bits,
                params=self.params, provenance=self.provenance, sources=self.sources, metrics=METRICS,
                checked=_answered(folder), origin=origin_of(run) if run else None,
            )
        )  # fmt: skip


def _answered(folder: Path) -> int:
    """Return the number of test clips that the network answers as the metrics say; 0 without shards."""
    if not (SHARDS / INDEX).is_file():
        print(f"without {SHARDS} it is not checked that {METRICS} are of this network.", file=sys.stderr)
        return 0
    params = load("evaluate", EvaluateParams)
    return checks.check_answers(load_network(folder), folder, SHARDS, METRICS, params)
