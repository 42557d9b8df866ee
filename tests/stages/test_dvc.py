"""dvc.yaml is held to the code: deps to imports, params to what is read, paths to the commands."""

import ast
import json
import shlex
from pathlib import Path

import pytest
import yaml
from dvc.repo import Repo
from dvc.repo.reproduce import plan_repro
from dvc_render.vega import VegaRenderer

from heschl.branch import experiment as branch
from heschl.retrain import experiment as retrain
from heschl.retrain.networks import CHANGED
from heschl.search import worker as search

ROOT = Path(__file__).parents[2]
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text())
STAGES = PIPELINE["stages"]
PLOTS = {name: options for plot in PIPELINE["plots"] for name, options in plot.items()}
BEFORE = ("corpus", "rooms", "mixtures", "shards")  # stages that make the shards
NETWORKS = "networks"  # code of a user's own network, which a config names by import path


def module_file(name):
    path = ROOT / ("pipeline" if name.startswith("heschl") else "") / Path(*name.split("."))
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
            if parts[0] in ("heschl", "stages"):
                found = [module_file(".".join(parts[: n + 1])) for n in range(len(parts))]
                yield from (file for file in found if file)


def closure(file):
    """Return every project file that running `file` imports; modules of a docstring alone do not count."""
    todo, seen = [file], set()
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += imports(current)
    return {str(path.relative_to(ROOT)) for path in seen if not docstring_alone(path)}


def docstring_alone(path):
    if path == ROOT / "pipeline" / "heschl" / "__init__.py":
        return True  # it loads nothing until a name is asked for: see tests/test_public.py
    body = ast.parse(path.read_text()).body
    return not body or (len(body) == 1 and isinstance(body[0], ast.Expr))


def code_deps(name):
    return {dep for dep in STAGES[name]["deps"] if dep.startswith(("pipeline/", "stages/"))}


def covered(dep):
    """Return the modules that a dependency stands for: a file itself, a folder all of its modules."""
    path = ROOT / dep
    return {
        str(each.relative_to(ROOT))
        for each in ([path] if path.is_file() else path.rglob("*.py"))
        if not docstring_alone(each)
    }


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
def test_every_module_that_a_stage_imports_is_a_dependency(name):
    listed = set().union(*map(covered, code_deps(name)))
    assert closure(ROOT / "stages" / f"{name}.py") - listed == set()


@pytest.mark.parametrize("name", STAGES)
def test_every_code_dependency_is_used(name):
    used = closure(ROOT / "stages" / f"{name}.py")
    modules = {dep: covered(dep) for dep in sorted(code_deps(name))}  # none: values that code reads
    assert [dep for dep, files in modules.items() if files and not files & used] == []


def test_training_depends_on_nothing_that_it_does_not_import():
    listed = set().union(*map(covered, code_deps("train")))
    assert listed == closure(ROOT / "stages" / "train.py")


@pytest.mark.parametrize("name", STAGES)
def test_params_are_the_sections_that_the_stage_reads(name):
    read = sections_read(ROOT / "stages" / f"{name}.py") - {
        name,
        "machine",
    }  # a change of the machine reruns nothing
    listed = set(STAGES[name].get("params", []))
    assert listed - {name} == read
    assert name in listed or name not in yaml.safe_load((ROOT / "params.yaml").read_text())


@pytest.mark.parametrize("name", STAGES)
def test_paths_are_those_of_the_command(name):
    stage = STAGES[name]
    python, flag, module, *paths = shlex.split(stage["cmd"])
    assert [python, flag, module] == ["python", "-m", f"stages.{name}"]
    assert "${" not in stage["cmd"]
    assert (NETWORKS in stage["deps"]) == (
        name in ("check", "train", "evaluate", "decode", "encode", "localize", "report")
    )  # stages that load a network, which may be a class of the user's
    deps = {dep for dep in stage["deps"] if dep != NETWORKS and "${" not in dep} - code_deps(name)
    outs = {
        next(iter(out)) if isinstance(out, dict) else out
        for kind in ("outs", "metrics", "plots")
        for out in stage.get(kind, [])
    }
    below = set(paths) - {"dvc.yaml"}  # which DVC refuses as a dependency
    assert {path.split("/")[0] for path in deps | outs} == {path.split("/")[0] for path in below}
    assert all(
        any(path == p or path.startswith(f"{p}/") or p.startswith(f"{path}/") for p in below)
        for path in deps | outs
    )


def test_stage_scripts_are_thin():
    scripts = {path.stem: path for path in (ROOT / "stages").glob("*.py") if path.stem != "__init__"}
    assert set(scripts) == set(STAGES)
    for path in scripts.values():
        assert len(path.read_text().splitlines()) <= 40, path


def test_the_summary_is_the_only_metric():
    metrics = {name: stage["metrics"] for name, stage in STAGES.items() if "metrics" in stage}
    assert metrics == {"report": ["metrics/summary.json"]}  # each value is a column of `dvc exp show`


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_name_their_axes_and_fill_their_template(plot):
    options = PLOTS[plot]
    assert options["y_label"]
    assert options.get("x_label") or options["x"] == "epoch"
    points = [
        {options["x"]: x, "value": 0.5, "chance": 0.1, "field": field, "rev": "workspace"}
        for x in (0, 1)
        for field in ("a", "b")
    ]
    sources = [{"filename": "table.csv", "field": field} for field in ("a", "b")]
    properties = options | {"y": "value", "anchors_y_definitions": sources}
    drawn = VegaRenderer(points, plot, **properties, template_dir=ROOT / ".dvc" / "plots").partial_html()
    assert "<DVC_METRIC" not in drawn
    line, chance = json.loads(drawn)["layer"]
    assert line["encoding"]["color"]["field"] == "field"  # a color for each column, dashes for experiments
    assert line["encoding"]["y"]["title"] == options["y_label"]
    assert chance["layer"][0]["encoding"]["y"]["field"] == "chance"


@pytest.mark.parametrize(
    ("name", "commands", "inputs"),
    [
        ("search", ["search", "retrain"], [*search.INPUTS, *retrain.INPUTS, *CHANGED]),
        ("branch", ["branch"], branch.INPUTS),
        ("metamers", ["metamers"], []),
        ("robustness", ["robustness"], []),
    ],
)
def test_long_experiments_depend_on_the_shards_and_the_params_that_they_read(name, commands, inputs):
    stage = yaml.safe_load((ROOT / "search" / "dvc.yaml").read_text())["stages"][name]
    listed = stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]
    assert listed == [f"heschl {command}" for command in commands]
    network = ["models/network"]
    more = {"search": ["presets"], "metamers": network, "robustness": network}.get(name, [])
    assert stage["deps"] == ["data/shards", *more]
    assert sorted(stage["params"]) == sorted({*inputs, *commands})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what DVC imports
def test_a_rebuild_runs_no_long_experiment_and_they_run_what_they_need():
    with Repo(ROOT) as repo:
        long = {*BEFORE, "search", "branch", "train", "metamers", "robustness"}
        for file, expected in (("dvc.yaml", {*STAGES}), ("search/dvc.yaml", long)):
            planned = plan_repro(repo.index.graph, [*repo.stage.collect(file)])
            assert {stage.name for stage in planned} == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what DVC imports
def test_dvc_runs_the_check_first():
    with Repo(ROOT) as repo:
        assert plan_repro(repo.index.graph)[0].name == "check"
