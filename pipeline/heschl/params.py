"""Sections of params.yaml as frozen dataclasses."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

VARIABLE = "HESCHL_PARAMS"  # environment variable: another params file, which `replicate` sets for its stages
FILE = Path(os.environ.get(VARIABLE) or "params.yaml")
REMEDIES = {  # for a kind of error of pydantic
    "string_type": ": put it in quotes",
    "bool_type": ": write true or false",
    "int_type": ": write a whole number, without quotes",
    "float_type": ": write a number, without quotes",
}
UNCLEAR = "!unclear"
HIDDEN = "hidden"  # kind of error of a value that must not be shown
AMBIGUOUS = (
    r"[-+]?0[0-9_]+|[-+]?0[ob][0-7_]+|[-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"
)
AMBIGUOUS += r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?|="
Count = Annotated[int, Field(gt=0)]
Natural = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class ParamsError(ValueError):
    """A value of the params file that is missing, unknown or of the wrong type."""


def _refuse(loader: yaml.SafeLoader, node: yaml.Node) -> None:
    problem = f"{node.value} is a date, a number or a text, depending on who reads it: put it in quotes"
    raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


class Loader(yaml.SafeLoader):
    """The plain values of YAML 1.2, as DVC reads and writes them.

    no and on are texts, and 1e-05 is a number. PyYAML by itself reads YAML 1.1: false, true and a text.
    Values that programs read differently, such as 2026-01-31 and 007, must have quotes.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}
    yaml_constructors: ClassVar[dict[str, Any]] = {
        tag: each
        for tag, each in yaml.SafeLoader.yaml_constructors.items()
        if str(tag).split(":")[-1] not in ("binary", "timestamp", "set", "omap", "pairs")
    }


for tag, first, pattern in (
    ("null", "~nN", r"~|null|Null|NULL|"),
    ("bool", "tTfF", r"true|True|TRUE|false|False|FALSE"),
    ("int", "-+0123456789", r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+"),
    ("float", "-+.0123456789", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+))"),
    ("float", "-+.", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
    ("merge", "<", "<<"),
):
    firsts = [*first, ""] if tag == "null" else list(first)
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), firsts)


Loader.add_implicit_resolver(UNCLEAR, re.compile(f"^(?:{AMBIGUOUS})$"), list("-+=0123456789"))
Loader.add_constructor(UNCLEAR, _refuse)


def section(cls: type) -> Any:
    """Make `cls` a params section: frozen, all keys required, unknown keys refused, no types coerced."""
    return dataclass(cls, frozen=True, config=ConfigDict(extra="forbid", strict=True))


class Ordered:
    """A range: a section with the keys low and high, which are in order."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, above high, {self.high}; are they swapped?")


def load(name: str, kind: Any, path: str | Path = FILE, variable: str | None = None) -> Any:
    """Return the section `name` of the params file at `path` as `kind`.

    kind     : a `section` dataclass, or any type that pydantic validates
    variable : environment variable whose YAML mapping, if set, overrides values of the section
    raises   : ParamsError naming the file, the section and the key
    """
    value, text = _read(Path(path)).get(name), os.environ.get(variable or "")
    if text:
        changes = _yaml(text, variable)
        value, path = {**(value or {}), **changes}, f"{path} and {variable}"
    return parse(name, value, kind, path)


def load_all(path: str | Path = FILE) -> dict[str, Any]:
    """Return the whole params file as plain values, as a run records it."""
    return _read(Path(path))


def parse(name: str, value: Any, kind: Any, path: str | Path = FILE) -> Any:
    """Return a plain value as `kind`; errors name `path` and section `name`."""
    if value is None:
        raise ParamsError(
            f"{path}: there is no section '{name}'. Copy it from the params.yaml of this version."
        )
    try:  # through JSON: lists may be tuples, but no text becomes a number
        text = json.dumps(value)
    except (TypeError, ValueError) as error:  # a key or value that only Python has, an alias within itself
        raise ParamsError(f"{path}: section '{name}': {error}. Put texts in quotes.") from None
    try:
        return TypeAdapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        lines = "\n".join(f"  {_explain(name, item)}" for item in error.errors())
        raise ParamsError(f"{path}: section '{name}':\n{lines}") from None


def plain(params: Any) -> Any:
    """Return a section as plain dictionaries, lists and scalars."""
    return TypeAdapter(type(params)).dump_python(params, mode="json")


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ParamsError(f"{path} does not exist. Run from the project's top folder.")
    try:
        return _yaml(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path} is not UTF-8 ({error}). Save it as UTF-8.") from None


def _yaml(text: str, name: str | Path | None) -> dict[str, Any]:
    try:
        values = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ParamsError(f"{name} is not valid YAML: {error}") from None
    if not isinstance(values, dict):
        raise ParamsError(f"{name}: expected keys and values, got {type(values).__name__}.")
    return values


def _explain(name: str, item: ErrorDetails) -> str:
    """Return one of pydantic's errors in words, with the key's full name."""
    explain: dict[str, Callable[[], str]] = {
        "missing": lambda: "is missing",
        "unexpected_keyword_argument": lambda: "is unknown: remove it or correct its spelling",
        "extra_forbidden": lambda: "is unknown: remove it or correct its spelling",
        HIDDEN: lambda: item["msg"],
    }
    parts = map(str, item["loc"])
    key = ".".join((name, *(part for part in parts if " " not in part)))  # a form of a section has a space
    said = item["msg"].removeprefix("Value error, ")  # before the message of a validator
    remedy = REMEDIES.get(item["type"], "") if not isinstance(item.get("input"), list | dict) else ""
    default = f"is {item.get('input')!r}: {said[:1].lower() + said[1:]}{remedy}"
    return f"{key} {explain[item['type']]() if item['type'] in explain else default}"
