"""The guard ignores signals before it imports MLflow, which takes seconds."""

import ast
import sys
from pathlib import Path

from heschl.tracking import guard


def test_a_guard_imports_only_the_standard_library_at_first():
    tree = ast.parse(Path(guard.__file__).read_text())
    names = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_signals_are_ignored_before_the_pipeline_is_imported():
    tree = ast.parse(Path(guard.__file__).read_text())
    (main,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    steps = [type(node) for node in main.body if isinstance(node, ast.For | ast.ImportFrom)]
    assert steps == [ast.For, ast.ImportFrom]
