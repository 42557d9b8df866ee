"""dvc.yaml is held to the code: its deps to what is imported, its params to what is read, its paths to its commands."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import torch
import yaml

from pipeline.activations.features import LayersParams
from pipeline.activations.modulation import ModulationParams
from pipeline.audio import Sound
from pipeline.behavior.accuracy import BehaviorParams
from pipeline.corpus.make import CorpusParams
from pipeline.decode.params import DecodeParams
from pipeline.ear.cochleagram import Cochleagram, CochleagramParams
from pipeline.encode.regression import EncodeParams
from pipeline.evaluate.predict import EvaluateParams
from pipeline.experiment.design import ListenParams, check_answers
from pipeline.machine import MachineParams
from pipeline.mixtures.draw import MixtureParams
from pipeline.network.custom import NetworkSection, build
from pipeline.params import load, load_all
from pipeline.report.inputs import ReportParams
from pipeline.shards.write import ShardParams
from pipeline.train.learner import TrainParams

ROOT = Path(__file__).parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
TEMPLATES = {
    f"pipeline/report/templates/{path.name}" for path in (ROOT / "pipeline/report/templates").glob("*.jinja")
}
DATA = {"pipeline/report/page.py": TEMPLATES}  # files that a module reads beside itself


def module_file(name):
    path = ROOT / Path(*name.split("."))
    found = [path.with_suffix(".py"), path / "__init__.py"]
    return next((file for file in found if file.is_file()), None)


def imports(file):
    """Yield the project's files that a file imports, packages' __init__ included."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] in ("pipeline", "stages"):
                found = [module_file(".".join(parts[: n + 1])) for n in range(len(parts))]
                yield from (file for file in found if file)


def closure(file):
    """Return every project file that running `file` imports, relative to the top."""
    todo, seen = [file], set()
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += imports(current)
    names = {
        str(path.relative_to(ROOT))
        for path in seen
        if path.read_text().strip() and path.name != "__init__.py"
    }
    return names | {extra for name in names for extra in DATA.get(name, ())}


def sections_read(file):
    """Return the params sections that a stage script loads by name, or lists as those that it records."""
    tree = ast.parse(file.read_text())
    known = set(yaml.safe_load((ROOT / "params.yaml").read_text()))
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("load", "load_all")
    ]
    assert calls
    return texts & known


@pytest.mark.parametrize("name", STAGES)
def test_code_deps_are_the_files_that_the_stage_imports(name):
    listed = {dep for dep in STAGES[name]["deps"] if dep.endswith((".py", ".jinja"))}
    assert listed == closure(ROOT / "stages" / f"{name}.py")


@pytest.mark.parametrize("name", STAGES)
def test_params_are_the_sections_that_the_stage_reads(name):
    read = sections_read(ROOT / "stages" / f"{name}.py") - {
        name,
        "machine",
    }  # a change of the machine reruns nothing
    listed = set(STAGES[name]["params"])
    assert listed - {name} == read
    assert name in listed or name not in yaml.safe_load((ROOT / "params.yaml").read_text())


@pytest.mark.parametrize("name", STAGES)
def test_paths_are_those_of_the_command(name):
    stage = STAGES[name]
    python, flag, module, *paths = shlex.split(stage["cmd"])
    assert [python, flag, module] == ["python", "-m", f"stages.{name}"]
    assert "${" not in stage["cmd"]
    assert ("networks" in stage["deps"]) == (
        name in ("train", "evaluate", "decode", "encode", "report")
    )  # where a network of one's own is used
    deps = {
        dep
        for dep in stage["deps"]
        if dep != "networks" and not dep.endswith((".py", ".jinja")) and "${" not in dep
    }
    outs = {
        next(iter(out)) if isinstance(out, dict) else out
        for kind in ("outs", "metrics", "plots")
        for out in stage.get(kind, [])
    }
    below = set(paths)
    assert {path.split("/")[0] for path in deps | outs} == {path.split("/")[0] for path in below}
    assert all(
        any(path == p or path.startswith(f"{p}/") or p.startswith(f"{path}/") for p in below)
        for path in deps | outs
    )


@pytest.mark.parametrize("preset", sorted(path.name for path in (ROOT / "presets").glob("*.yaml")))
def test_presets_have_the_keys_of_params(preset):
    def keys(value, prefix=""):
        return (
            {
                key
                for name, inner in value.items()
                for key in [prefix + name, *keys(inner, f"{prefix}{name}.")]
            }
            if isinstance(value, dict)
            else set()
        )

    free = re.compile(
        r"mixtures\.(train|validation)\.snr_db\.|encode\.simulated\.regions\."
    )  # a range or a list; names
    params = {key for key in keys(yaml.safe_load((ROOT / "params.yaml").read_text())) if not free.match(key)}
    assert {
        key for key in keys(yaml.safe_load((ROOT / "presets" / preset).read_text())) if not free.match(key)
    } == params


@pytest.mark.parametrize(
    "path", [ROOT / "params.yaml", *sorted((ROOT / "presets").glob("*.yaml"))], ids=lambda path: path.name
)
def test_params_fit_their_sections(path):
    kinds = {
        "sound": Sound, "tasks": tuple[str, ...], "corpus": CorpusParams, "mixtures": MixtureParams, "shards": ShardParams,
        "cochleagram": CochleagramParams, "network": NetworkSection, "train": TrainParams, "machine": MachineParams,
        "evaluate": EvaluateParams, "behavior": BehaviorParams, "activations": LayersParams, "modulation": ModulationParams,
        "decode": DecodeParams, "encode": EncodeParams, "report": ReportParams, "experiment": ListenParams,
    }  # fmt: skip
    assert set(load_all(path)) == set(kinds)
    sections = {name: load(name, kind, path) for name, kind in kinds.items()}
    check_answers(sections["experiment"], sections["behavior"].answers)
    ear = Cochleagram(sections["cochleagram"], sections["sound"])
    with torch.device("meta"):
        build(sections["network"], {"word": 21, "genre": 9}, ear.shape)


def test_stage_scripts_are_thin():
    for path in (ROOT / "stages").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 60, path
