"""Every function of the pipeline and the stages says what it takes and what it returns."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for folder in ("pipeline/heschl", "stages")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)


def unannotated(text):
    """Return line and name of each function in a text that lacks the type of an argument or of its result."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (node.lineno, node.name)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, functions)
        and not (_returns(node) and all(_typed(arg) for arg in _arguments(node)))
    ]


def _arguments(node):
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [arg for arg in every if arg and arg.arg not in ("self", "cls")]


def _typed(arg):
    return arg.annotation is not None


def _returns(node):
    return node.returns is not None or node.name == "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_annotated(path):
    assert unannotated(path.read_text(encoding="utf-8")) == []


def test_a_missing_type_is_found():
    text = (
        "def f(a: int, *b, c: int = 1) -> int: ...\ndef g(a: int): ...\nclass C:\n    def h(self) -> int: ..."
    )
    assert unannotated(text) == [(1, "f"), (2, "g")]
