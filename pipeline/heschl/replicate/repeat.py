"""Run the stages of dvc.yaml again for one more seed, in a folder of its own."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from heschl import work
from heschl.params import VARIABLE
from heschl.tables import read_json

STAGES = ("train", "evaluate", "behavior", "decode", "encode", "localize")
AFTER = ("evaluate", "behavior", "activations", "modulation", "decode", "encode", "localize")  # sections
NETWORK, METRICS, PARAMS, DONE = "network", "metrics", "params.yaml", "done"
TRAINED = ("weights.pt", "config.json")
MEASURED = (
    "behavior.json", "directions.csv", "decode.json", "encode.json",
    *(f"localize/{name}.csv" for name in ("values", "scores", "claims")),
)  # fmt: skip


class ReplicateError(RuntimeError):
    """A training with a further seed that failed."""


@dataclass(frozen=True)
class Pipeline:
    """The stages that are repeated.

    commands : stage -> its command, of dvc.yaml
    params   : the whole params.yaml
    network, metrics : paths in the commands, which are replaced by those of a seed
    """

    commands: Mapping[str, str]
    params: Mapping[str, Any]
    network: Path
    metrics: Path

    @classmethod
    def read(cls, file: Path, params: Mapping[str, Any], network: Path, metrics: Path) -> "Pipeline":
        """Read dvc.yaml; raises ReplicateError naming the stage that it lacks."""
        stages = yaml.safe_load(file.read_text(encoding="utf-8"))["stages"]
        missing = [name for name in STAGES if name not in stages]
        if missing:
            raise ReplicateError(f"{file} lacks the stage {missing[0]}, which is repeated for every seed.")
        return cls({name: stages[name]["cmd"] for name in STAGES}, params, network, metrics)

    def params_of(self, seed: int) -> dict[str, Any]:
        """Return the params of a training with this seed."""
        return {**self.params, "train": {**self.params["train"], "seed": seed}}

    def folder(self, seed: int) -> Path:
        """Return the work folder of a seed's network, creating it if it does not exist.

        The weights and config of models/network stand for the params, data and code of the training.
        """
        return work.folder("replicate", seed, [self.network / name for name in TRAINED], ())

    def repeat(self, seed: int, folder: Path) -> None:
        """Train with a seed and run the stages that follow, into `folder`/network and `folder`/metrics.

        Stages that are finished are skipped: the training, and the others unless their params have changed or
        the metrics of models/network, which stand for their data and code.
        raises : ReplicateError naming the stage that failed
        """
        with work.replacing(folder / PARAMS, "w") as file:
            json.dump(self.params_of(seed), file, indent=1)  # JSON is YAML
        measured, finished = self._finished(folder)
        for name in STAGES:
            if name not in finished:
                self._run(name, seed, folder)
                finished.append(name)
                _note(folder, measured, finished)

    def _finished(self, folder: Path) -> tuple[str, list[str]]:
        """Return a digest of what the stages after the training measure with and find, and what is finished.

        Where the digest is another one, all that these stages have written is removed.
        """
        after = {name: self.params.get(name) for name in AFTER}
        measured = work.digest(after, [self.metrics / name for name in MEASURED])
        done = read_json(folder / DONE) if (folder / DONE).is_file() else {"measured": measured, "stages": []}
        if done["measured"] == measured:
            return measured, done["stages"]
        trained = [name for name in done["stages"] if name == STAGES[0]]
        _note(folder, measured, trained)
        shutil.rmtree(folder / METRICS, ignore_errors=True)
        return measured, trained

    def _run(self, name: str, seed: int, folder: Path) -> None:
        ours = {str(self.network): str(folder / NETWORK), str(self.metrics): str(folder / METRICS)}
        program, *arguments = [ours.get(word, word) for word in shlex.split(self.commands[name])]
        program = sys.executable if program == "python" else program
        environment = os.environ | {VARIABLE: str(folder / PARAMS)}
        status = subprocess.run([program, *arguments], env=environment).returncode
        if status:
            raise ReplicateError(
                f"stage {name} of seed {seed} ended with status {status}; its message is above. "
                "`dvc repro` resumes."
            )


def _note(folder: Path, measured: str, stages: list[str]) -> None:
    """Write which stages are finished, and what those after the training were measured with."""
    with work.replacing(folder / DONE, "w") as file:
        json.dump({"measured": measured, "stages": stages}, file, indent=1)
