"""A layer of the table in one line of text: "conv1 = conv(filters=24, kernel=[5, 7], stride=[3, 3])".

`dvc exp run -S` writes every list of params.yaml anew, an item a line. A text stays as it is; a mapping
becomes a line a value.
"""

import ast
import re
from collections.abc import Mapping
from typing import Any

LINE = re.compile(r"\s*(?P<name>[^\s=]+)\s*=\s*(?P<kind>\w+)\((?P<values>.*)\)\s*", re.DOTALL)
CONSTANTS = {"true": True, "false": False, "null": None}
EXAMPLE = "conv1 = conv(filters=96, kernel=[9, 9], stride=[3, 3])"


def read_layer(value: Any) -> Any:
    """Return a layer, given as text or as a mapping, as a mapping of its values, with tuples for lists.

    raises : ValueError if a text is not of the form "name = kind(key=value, ...)"
    """
    values = _parsed(value) if isinstance(value, str) else value
    if not isinstance(values, dict):
        return values
    return {key: tuple(each) if isinstance(each, list) else each for key, each in values.items()}


def write_layer(layer: Mapping[str, Any]) -> str:
    """Return a layer, given as a mapping of its values, as a line of text that `read_layer` reads."""
    values = ", ".join(f"{key}={_text(each)}" for key, each in layer.items() if key not in ("kind", "name"))
    return f"{layer['name']} = {layer['kind']}({values})"


def _text(value: Any) -> str:
    words = {id(constant): name for name, constant in CONSTANTS.items()}
    return words.get(id(value)) or repr(list(value) if isinstance(value, tuple) else value)


def _parsed(text: str) -> dict[str | None, Any]:
    found = LINE.fullmatch(text)
    try:
        if not found:
            raise ValueError
        pairs = [("kind", found["kind"]), ("name", found["name"]), *_values(found["values"])]
        if len(dict(pairs)) < len(pairs):
            raise ValueError
    except (ValueError, SyntaxError):
        raise ValueError(f'expected "name = kind(key=value, ...)", such as "{EXAMPLE}"') from None
    return dict(pairs)


def _values(text: str) -> list[tuple[str | None, Any]]:
    """Return the keys and values between the parentheses of a layer's text."""
    call = ast.parse(f"layer({text})", mode="eval").body
    if not isinstance(call, ast.Call) or call.args:
        raise ValueError
    return [(each.arg, _value(each.value)) for each in call.keywords]


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and node.id in CONSTANTS:
        return CONSTANTS[node.id]
    return ast.literal_eval(node)
