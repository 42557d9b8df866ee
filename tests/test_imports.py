"""Imports: packages downward only, no circles, MLflow and Lightning in one package each."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = [  # each imports only what stands before it; a line is a level of the map in README.md
    *(
        "params",
        "disk",
        "processes",
        "work",
        "terminal",
        "audio",
        "machine",
        "memory",
        "cluster",
        "parallel",
        "stage",
        "tables",
        "presets",
        "pretrained",
        "tasks",
        "spreadsheets",
        "espeak",
    ),
    *(
        "statistics",
        "soundfiles",
        "alignment",
        "corpora",
        "corpus",
        "acoustics",
        "rooms",
        "mixtures",
        "shards",
    ),
    *("ear", "network", "tracking", "exchange"),
    *(
        "train",
        "evaluate",
        "behavior",
        "activations",
        "decode",
        "encode",
        "localize",
        "metamers",
        "robustness",
        "models",
    ),
    *("replicate", "search", "grid", "retrain", "branch"),
    *("report", "release", "export", "experiment", "recognize", "eccc"),
    "check",
    "commands",
]
HOMES = {"mlflow": "tracking", "pytorch_lightning": "train", "lightning": "train"}  # program: its one package


def modules():
    """Return {name: file} of every module of heschl and stages."""
    files = [path for folder in ("pipeline/heschl", "stages") for path in (ROOT / folder).rglob("*.py")]
    return {name_of(path): path for path in files if "node_modules" not in path.parts}


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "pipeline" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    """Yield (module, name or None) of every import in a file, within functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from ((node.module, alias.name) for alias in node.names)


def graph():
    """Return {module: modules of the project that it imports by name}."""
    known = modules()
    found = {}
    for name, path in known.items():
        names = [
            f"{module}.{part}" if f"{module}.{part}" in known else module for module, part in imported(path)
        ]
        found[name] = {each for each in names if each in known and each != name}
    return found


def room(module):
    """Return the package of a module, or the module itself at the top of heschl."""
    parts = module.split(".")
    return parts[1] if parts[0] == "heschl" and len(parts) > 1 else parts[0]


def test_modules_import_each_other_without_circles():
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_packages_import_downward():
    rooms = {room(name) for name in modules()} - {"heschl", "stages"}
    assert rooms == set(ORDER)
    place = {name: number for number, name in enumerate(ORDER)} | {"stages": len(ORDER), "heschl": -1}
    upward = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in sorted(others)
        if place[room(other)] > place[room(name)]
    ]
    assert upward == []


@pytest.mark.parametrize(("program", "package"), HOMES.items())
def test_a_program_is_imported_in_one_package(program, package):
    outside = [
        name
        for name, path in modules().items()
        if room(name) != package and any(module.split(".")[0] == program for module, _ in imported(path))
    ]
    assert outside == []
