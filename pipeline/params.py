"""Sections of params.yaml as frozen dataclasses."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

FILE = Path("params.yaml")
Count = Annotated[int, Field(gt=0)]
Natural = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class ParamsError(ValueError):
    """A value of the params file that is missing, unknown or of the wrong type."""


def section(cls: type) -> Any:
    """Make `cls` a params section: frozen, all keys required, unknown keys refused, no types coerced."""
    return dataclass(cls, frozen=True, config=ConfigDict(extra="forbid", strict=True))


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
        return TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        lines = "\n".join(f"  {_explain(name, item)}" for item in error.errors())
        raise ParamsError(f"{path}: section '{name}':\n{lines}") from None


def plain(params: Any) -> Any:
    """Return a section as plain dictionaries, lists and scalars."""
    return TypeAdapter(type(params)).dump_python(params, mode="json")


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ParamsError(f"{path} does not exist. Run from the project's top folder.")
    return _yaml(path.read_text(encoding="utf-8"), path)


def _yaml(text: str, name: str | Path | None) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text)
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
    }
    parts = map(str, item["loc"])
    key = ".".join((name, *(part for part in parts if " " not in part)))  # a form of a section has a space
    said = item["msg"].removeprefix("Value error, ")  # before the message of a validator
    default = f"is {item.get('input')!r}: {said[:1].lower() + said[1:]}"
    return f"{key} {explain[item['type']]() if item['type'] in explain else default}"
